// The real-time clock on the mainboard (rtc(4)).
#ifndef MARTLET_LINUX_CLOCK_H
#define MARTLET_LINUX_CLOCK_H

#include <linux/rtc.h>
#include <time.h>

_Static_assert(sizeof(struct rtc_time) == 36, "rtc(4) takes nine 32-bit numbers");
_Static_assert(sizeof(struct timespec) == 16, "seconds and nanoseconds of 64 bits");

// Macros with arguments, which Swift does not import.
static const unsigned long MARTLET_RTC_RD_TIME = RTC_RD_TIME;
static const unsigned long MARTLET_RTC_SET_TIME = RTC_SET_TIME;

#endif
