/* SPDX-License-Identifier: BSD-2-Clause */
/* What facts and verdicts teach of paths. Internal to the engine; pure. */
#ifndef ENGINE_LEARN_H
#define ENGINE_LEARN_H

struct conn;
struct iw_fact;
struct paths;

/* A SURVIVED fact. */
void learn_survived(struct paths *p, const struct iw_fact *f);

/* A verdict was given: was the gap before it fatal? */
void learn_verdict(struct paths *p, struct conn *c);

/*
 * The peer was heard again: so the path had not forgotten the connection, or takes up
 * what it forgot; either way the gap was not what killed it.
 */
void learn_recovered(struct paths *p, struct conn *c);

/* The connection has ended, or the watch: what was fatal stays so. */
void learn_ended(struct paths *p, struct conn *c);

#endif /* ENGINE_LEARN_H */
