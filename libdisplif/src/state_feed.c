/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Feeds the frontend's state machine, and has done what its steps ask for. */
#include <displif/state.h>

void displif_fdev_feed(struct displif_fdev *dev, const struct displif_fdev_ops *ops, void *user,
		       enum displif_in in, uint32_t arg)
{
	struct displif_step s;
	bool more;
	int err;

	do {
		s = displif_fdev_step(dev, in, arg, ops->now(user));
		err = 0;
		more = s.act & DISPLIF_ACT_PUBLISH;
		if (more)
			err = ops->publish(user);
		if (s.act & DISPLIF_ACT_START) {
			err = ops->start(user);
			more = err;
		}
		if (more) {
			in = err ? DISPLIF_IN_FAILED : DISPLIF_IN_PUBLISHED;
			arg = (uint32_t)-err;
		}
		if (s.act & DISPLIF_ACT_STOP)
			ops->stop(user);
		if (s.act & DISPLIF_ACT_RELEASE)
			ops->release(user);
		if (s.write >= 0 && !err)
			ops->write(user, (uint32_t)s.write);
		if (s.act & DISPLIF_ACT_REREAD)
			more = ops->peer(user, &in, &arg);
		if (s.act & DISPLIF_ACT_FINAL)
			ops->final(user);
		/* This input leaves RECONFIG in any case. */
		if (s.state == DISPLIF_FDEV_RECONFIG && ops->survives) {
			in = DISPLIF_IN_USERS_GONE;
			more = true;
		}
	} while (more);
}
