/* SPDX-License-Identifier: GPL-2.0-only */
/* How a connection ended. Of interest only where something was wrong before. */
#ifndef CLOSE_BPF_H
#define CLOSE_BPF_H

static __always_inline int tell_if_tracked(enum iw_fact_type type, struct sock *sk)
{
	struct iw_fact *f;

	if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP || !is_tracked(bpf_get_socket_cookie(sk)))
		return 0;
	f = fact__begin_checked(type, sk);
	if (f)
		bpf_ringbuf_submit(f, 0);
	return 0;
}

/*
 * A cookie is made when it is first asked for. Asking at the start of every
 * connection gives those an identity that are later seen only by their address
 * (kprobe, timer).
 */
static __always_inline int set_state(struct sock *sk, int old_state, int new_state)
{
	struct iw_fact *f;

	if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	if (new_state == TCP_ESTABLISHED) {
		bpf_get_socket_cookie(sk);
		if (filter__wants(sk))
			count(IW_CNT_ESTABLISHED);
		return 0;
	}
	if (!is_tracked(bpf_get_socket_cookie(sk)))
		return 0;
	f = fact__begin_checked(IW_FACT_STATE, sk);
	if (!f)
		return 0;
	f->old_state = old_state;
	f->state = new_state;
	bpf_ringbuf_submit(f, 0);
	return 0;
}

static __always_inline int destroy(struct sock *sk)
{
	u64 cookie = bpf_get_socket_cookie(sk);

	if (!is_tracked(cookie))
		return 0;
	tell_if_tracked(IW_FACT_DESTROY, sk);
	bpf_map_delete_elem(&tracked, &cookie);
	return 0;
}

#endif /* CLOSE_BPF_H */
