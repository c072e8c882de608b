// SPDX-License-Identifier: BSD-2-Clause
/* What the paths that runtimes and systemd make are taken for. */
#include "host/cgroup.h"

#include "check.h"

#define ID "3f4e8c0a1b2d3f4e8c0a1b2d3f4e8c0a1b2d3f4e8c0a1b2d3f4e8c0a1b2d3f4e"
#define POD "kubepods-besteffort-pod0a1b2c3d_1111_2222_3333_444455556666.slice"

struct expected {
	const char *text, *path, *container, *runtime, *unit;
};

static const struct expected table[] = {
	{ "0::/system.slice/ssh.service\n", "/system.slice/ssh.service", "", "", "ssh.service" },
	{ "0::/user.slice/user-1000.slice/session-3.scope\n",
	  "/user.slice/user-1000.slice/session-3.scope", "", "", "session-3.scope" },
	{ "0::/user.slice/user-1000.slice/user@1000.service/app.slice/mail.service",
	  "/user.slice/user-1000.slice/user@1000.service/app.slice/mail.service", "", "",
	  "mail.service" },
	{ "0::/\n", "/", "", "", "" },
	{ "", "", "", "", "" },
	{ "0::/system.slice/docker-" ID ".scope\n", "/system.slice/docker-" ID ".scope", ID,
	  "docker", "" },
	{ "0::/docker/" ID "\n", "/docker/" ID, ID, "docker", "" },
	{ "0::/system.slice/docker-" ID ".scope/init.scope\n",
	  "/system.slice/docker-" ID ".scope/init.scope", ID, "docker", "" },
	{ "0::/kubepods.slice/" POD "/cri-containerd-" ID ".scope\n",
	  "/kubepods.slice/" POD "/cri-containerd-" ID ".scope", ID, "containerd", "" },
	{ "0::/system.slice/containerd.service/" POD ":cri-containerd:" ID "\n",
	  "/system.slice/containerd.service/" POD ":cri-containerd:" ID, ID, "containerd",
	  "containerd.service" },
	{ "0::/kubepods.slice/" POD "/crio-" ID ".scope\n",
	  "/kubepods.slice/" POD "/crio-" ID ".scope", ID, "cri-o", "" },
	{ "0::/kubepods.slice/" POD "/crio-conmon-" ID ".scope\n",
	  "/kubepods.slice/" POD "/crio-conmon-" ID ".scope", "", "", "crio-conmon-" ID ".scope" },
	{ "0::/machine.slice/libpod-" ID ".scope/container\n",
	  "/machine.slice/libpod-" ID ".scope/container", ID, "podman", "" },
	{ "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope\n",
	  "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope", ID,
	  "podman", "user@1000.service" },
	{ "0::/kubepods/burstable/pod0a1b2c3d/" ID "\n", "/kubepods/burstable/pod0a1b2c3d/" ID, ID,
	  "", "" },
	/* v1: every line names the container; the one with a unit would, too. */
	{ "12:memory:/docker/" ID "\n1:name=systemd:/docker/" ID "\n", "/docker/" ID, ID, "docker",
	  "" },
	/* hybrid: v1 in use, the unified hierarchy at its root. */
	{ "4:memory:/system.slice/db.service\n1:name=systemd:/system.slice/db.service\n0::/\n",
	  "/system.slice/db.service", "", "", "db.service" },
	{ "4:memory:/lim\n1:name=systemd:/system.slice/db.service\n0::/a\n", "/a", "", "", "" },
	/* one digit short, one too many, capital letters: no ids */
	{ "0::/docker/0123456789abcdef\n", "/docker/0123456789abcdef", "", "", "" },
	{ "0::/docker/" ID "0\n", "/docker/" ID "0", "", "", "" },
	{ "0::/docker/ABCDEF" ID "\n", "/docker/ABCDEF" ID, "", "", "" },
	/* a container in a container: the inner one */
	{ "0::/docker/" ID
	  "/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	  "/docker/" ID "/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "docker", "" },
	/* what is not of the form is passed over */
	{ "nonsense\n::\n5:x\n0::relative\n0::/a.service\n", "/a.service", "", "", "a.service" },
};

TEST(paths_are_taken_for_what_they_are)
{
	struct cgroup c;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		cgroup_parse(table[i].text, &c);
		assert_string_equal(c.path, table[i].path);
		assert_string_equal(c.container, table[i].container);
		assert_string_equal(c.runtime, table[i].runtime);
		assert_string_equal(c.unit, table[i].unit);
	}
}

TEST(long_paths_are_cut)
{
	char text[2 * CGROUP_PATH_LEN];
	struct cgroup c;

	memset(text, 'a', sizeof(text));
	memcpy(text, "0::/", 4);
	text[sizeof(text) - 1] = '\0';
	cgroup_parse(text, &c);
	assert_int_equal(strlen(c.path), CGROUP_PATH_LEN - 1);
}

TEST(below_is_in_and_beside_is_not)
{
	const char *text = "3:cpu:/v1\n0::/a/b\n";

	assert_true(cgroup_is_in(text, "/a/b"));
	assert_true(cgroup_is_in(text, "/a/b/"));
	assert_true(cgroup_is_in(text, "/a"));
	assert_true(cgroup_is_in(text, "/"));
	assert_true(cgroup_is_in(text, "/v1"));
	assert_false(cgroup_is_in(text, "/a/bc"));
	assert_false(cgroup_is_in(text, "/a/b/c"));
	assert_false(cgroup_is_in(text, "/v"));
	assert_false(cgroup_is_in("", "/"));
}
