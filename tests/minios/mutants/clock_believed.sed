# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_thread.c bringup pvh: any step of the clock is believed
s/dev->clock += step < STEP_MS ? step : STEP_MS;/dev->clock += step;/
