/* SPDX-License-Identifier: BSD-2-Clause */
/* Getters of the registry for what is known of a path; see struct field. */
#ifndef OUTPUT_FIELDS_PATH_H
#define OUTPUT_FIELDS_PATH_H

#include "output/field_getter.h"

FIELD_GETTER(get_path_survived);
FIELD_GETTER(get_path_survived_times);
FIELD_GETTER(get_path_survived_last);
FIELD_GETTER(get_path_died);
FIELD_GETTER(get_path_died_times);
FIELD_GETTER(get_path_died_last);
FIELD_GETTER(get_path_reset);
FIELD_GETTER(get_path_reset_times);
FIELD_GETTER(get_path_reset_last);
FIELD_GETTER(get_path_contradicts);
FIELD_GETTER(get_consistent_with);
FIELD_GETTER(get_advice);
FIELD_GETTER(get_advice_keepalive);
FIELD_GETTER(get_paths);
FIELD_GETTER(get_paths_forgotten);

#endif /* OUTPUT_FIELDS_PATH_H */
