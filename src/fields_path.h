/* SPDX-License-Identifier: BSD-2-Clause */
/* Getters of the registry for what is known of a path; see struct field. */
#ifndef FIELDS_PATH_H
#define FIELDS_PATH_H

#include "fields.h"

#define PATH_GETTER(name) \
	bool name(const struct event *ev, const struct field_context *ctx, struct field_value *ret)

PATH_GETTER(get_path_survived);
PATH_GETTER(get_path_survived_times);
PATH_GETTER(get_path_survived_last);
PATH_GETTER(get_path_died);
PATH_GETTER(get_path_died_times);
PATH_GETTER(get_path_died_last);
PATH_GETTER(get_path_reset);
PATH_GETTER(get_path_reset_times);
PATH_GETTER(get_path_reset_last);
PATH_GETTER(get_path_contradicts);
PATH_GETTER(get_consistent_with);
PATH_GETTER(get_advice);
PATH_GETTER(get_advice_keepalive);
PATH_GETTER(get_paths);
PATH_GETTER(get_paths_forgotten);

#endif /* FIELDS_PATH_H */
