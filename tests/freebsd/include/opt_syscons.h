/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* No options: as a module's build makes it. */
