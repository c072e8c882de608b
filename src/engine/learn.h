/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What facts and verdicts teach of paths, and what paths and other connections tell of
 * what began a silence. Internal to the engine; pure. docs/paths.md has the rules.
 */
#ifndef ENGINE_LEARN_H
#define ENGINE_LEARN_H

#include <stdbool.h>
#include <stdint.h>

struct conn;
struct engine_config;
struct iw_fact;
struct paths;
struct together;

struct learner {
	struct paths *paths;
	struct together *together;
};

/* A SURVIVED or IDLE_END fact. */
void learn_gap(struct learner *l, const struct iw_fact *f);

/* Sets the cause of a silence, by this connection, by its path, and by those beside it. */
void learn_cause(struct learner *l, struct conn *c, const struct engine_config *config);

/*
 * A silence has become one that others are compared with. True when some that were judged
 * before are to be seen with other eyes, by learn_outage().
 */
bool learn_suspect(struct learner *l, struct conn *c);

/* Takes back the fatal gap of a silence that turns out to have begun with others. */
void learn_outage(struct learner *l, struct conn *c, const struct engine_config *config);

/* What was sent last has gone unanswered: does that prove that the path forgot it? */
void learn_unanswered(struct conn *c);

/*
 * A reset came out of the blue. True when another connection of the path was reset so
 * after a like gap, and not at the same moment.
 */
bool learn_cut(struct learner *l, const struct conn *c);

/* A verdict was given: was the gap before it fatal? */
void learn_verdict(struct learner *l, struct conn *c);

/*
 * The peer was heard again: so the path had not forgotten the connection, or takes up
 * what it forgot; either way the gap was not what killed it.
 */
void learn_recovered(struct learner *l, struct conn *c, uint64_t now_ns);

/* The connection has ended: what was fatal stays so if that is proven. */
void learn_ended(struct learner *l, struct conn *c, const struct engine_config *config);

#endif /* ENGINE_LEARN_H */
