/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the two halves of the mock kernel offer each other. fk_*.c is FreeBSD: compiled with the kernel's headers and flags, as the
 * driver is, its functions have the kernel's names. host_*.c is the machine below: threads, time, memory and Xen, of the host's C
 * library and the fake Xen. Names of both, host_* and kern_*, are the same in both halves; all others of the kernel's
 * half begin with fk_ in the linked program.
 */
#ifndef HOST_H
#define HOST_H

#ifdef _KERNEL
#include <sys/types.h>
#include <sys/stdarg.h>
#else
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

#define HOST_NEVER UINT64_C(0xffffffffffffffff)
#define HOST_PAGE 4096u

/* What calls of Xen's give. */
enum host_err {
	HOST_OK = 0,
	HOST_ABSENT, /* no such node, or it may not be read */
	HOST_AGAIN,  /* a transaction met a conflict */
	HOST_INVAL,
	HOST_FAILED, /* any other, and what a plan refused */
};

/* What a plan may refuse: a bit each. */
#define HOST_F_KMEM 0x001u   /* kmem_malloc() that may not sleep */
#define HOST_F_MALLOC 0x002u /* malloc() that may not sleep */
#define HOST_F_GRANT 0x004u  /* gnttab_alloc_grant_references(), gnttab_grant_foreign_access() */
#define HOST_F_INTR 0x008u   /* xen_intr_alloc_and_bind_local_port() */
#define HOST_F_READ 0x010u   /* xs_*() */
#define HOST_F_WRITE 0x020u
#define HOST_F_BEGIN 0x040u
#define HOST_F_COMMIT 0x080u
#define HOST_F_MAP 0x100u    /* GNTTABOP_map_grant_ref, xenmem_alloc() */
#define HOST_F_UNMAP 0x200u  /* GNTTABOP_unmap_grant_ref */
#define HOST_F_EAGAIN 0x400u /* GNTTABOP_map_grant_ref: the page is paged out */
#define HOST_F_ALL 0x7ffu

/* --- host: threads and time --- */

/* @self: what host_self() gives in it. */
void host_thread(const char *name, void (*fn)(void *arg), void *arg, void *self);
void *host_self(void);
/* The same for who runs the test. */
void host_main(void *self);
/* Waits until @until (ns) or a wake. True: woken. */
bool host_block(const void *chan, uint64_t until);
void host_wake(const void *chan);
/* Lets others run. */
void host_yield(void);
/* Nothing of the kind may happen in here; plans are carried out, domain 0 and events may come, with a seed another thread. */
void host_point(void);
/* No switch to another thread between these: a spin lock is held. */
void host_spin(bool on);
uint64_t host_now(void);
/* Time passes for the others in the host, nobody here comes between. */
void host_delay(uint32_t us);
/* No other thread but the test's own ever runs again; then this one neither. */
void host_stop(void);
void host_halt(void);
/* Whether a call of @kind is to fail. */
bool host_refused(uint32_t kind);

/* --- host: memory --- */

/* Ends at the end of a page; not accessible after it, nor after host_free(). */
void *host_alloc(size_t size);
void host_free(void *p);
/* Memory of the domain; NULL: none left. */
void *host_pages(uint32_t n, bool zero);
void host_pages_free(void *va);
/* The frame behind an address of host_pages() or host_mapped(); UINT32_MAX: none. */
uint32_t host_frame(const void *va);
/* Where the domain has a frame, or NULL. */
void *host_frame_at(uint32_t frame);
void *host_copy(void *to, const void *from, size_t n);
void *host_fill(void *p, int c, size_t n);
void host_print(const char *fmt, va_list *args);
int host_format(char *buf, size_t size, const char *fmt, va_list *args);
int host_scan(const char *text, const char *fmt, va_list *args);
void host_panic(const char *fmt, va_list *args) __attribute__((noreturn));
/* A rule of the kernel's was broken: printed and counted. */
void host_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* --- host: Xen --- */

uint32_t host_grants_max(void);
/* Makes entry @ref a grant of the page at @va. */
bool host_grant(uint32_t ref, uint16_t domid, void *va, bool readonly);
/* False: it is mapped, and stays. */
bool host_grant_end(uint32_t ref);
bool host_grant_mapped(uint32_t ref);
/* Addresses for mappings, without any yet. */
void *host_range(uint32_t n);
void host_range_free(void *va, uint32_t n);
/* Maps one grant of another domain at @at, in a range. NULL: refused. */
void *host_map(uint16_t domid, uint32_t ref, bool readonly, void *at);
void host_unmap(void *map, void *at);

/* @tag: what kern_interrupt() gets. NULL: none left. */
void *host_chan_open(uint16_t domid, void *tag, uint32_t *port);
void host_chan_close(void *chan);
void host_chan_notify(void *chan);

enum host_err host_xs_begin(uint32_t *tx);
enum host_err host_xs_end(uint32_t tx, bool commit);
/* @len 0 .. cap. HOST_FAILED if it is longer. */
enum host_err host_xs_read(uint32_t tx, const char *path, char *buf, uint32_t cap, uint32_t *len);
enum host_err host_xs_write(uint32_t tx, const char *path, const char *text);
enum host_err host_xs_rm(uint32_t tx, const char *path);
/* Names, each with its NUL, in @buf; their number. */
enum host_err host_xs_list(const char *path, char *buf, uint32_t cap, uint32_t *n);
void *host_xs_watch(const char *path, void *tag);
void host_xs_unwatch(void *watch);
/* The domain goes to sleep and wakes: on another host, unless @cancelled. */
void host_suspend(bool cancelled);

/* --- kernel: what the machine tells it --- */

/* A thread begins to run, or runs on: its record, and curthread. */
void *kern_gs(void *self);
/* A thread of a program, or of whoever plays one. */
void kern_thread(const char *name, void (*fn)(void *arg), void *arg);
void kern_interrupt(void *tag);
void kern_watch_fired(void *tag, const char *path);

/* --- kernel: for tests. Those without "any context" are called by the thread that runs the test. --- */

/* The kernel starts, with the module or without. The console may be said then, and devices are looked for. */
void kern_boot(bool with_module);
void kern_find_devices(void);
int kern_load(void);
/* 0 or errno (FreeBSD's: 16 is EBUSY). @force: without asking the module. */
int kern_unload(bool force);
bool kern_loaded(void);
/* What devd(8) was told since, each word with a space behind it. */
const char *kern_notified(void);
/* Whether a device still holds the boot. */
bool kern_boot_held(void);
/* Devices that the driver serves. */
uint32_t kern_attached(void);
int kern_shutdown(void);
/* As the control domain asks: device_suspend, sleep, device_resume, in the thread of watches. */
void kern_suspend(bool cancelled);
/*
 * The system panics with @text on the console, wherever it is called: nothing of it runs any more, not the caller either, but for the
 * test's own thread. What a panic may not do is a failure.
 */
void kern_panic(const char *text);
/* Whether somebody held a connector's lock then. */
bool kern_panic_held(void);
/* Lists what is left; how many. Memory that vt(4) keeps is not counted after a console was attached. */
uint32_t kern_left(bool print);
/* Ranges of addresses for others' grants that are not given back. */
uint32_t kern_ranges(void);
/* Ends everything at once, also after a test that failed. */
void kern_end(void);

/* A sysctl of the device @unit: as text; NULL: there is none. */
const char *kern_sysctl(int unit, const char *name);
int kern_sysctl_set(int unit, const char *name, int value);

/* --- kernel: console --- */

enum kern_vt_kind {
	KERN_VT_FREE = 0, /* no driver yet */
	KERN_VT_OTHER,	  /* one of the usual priority: is taken over */
	KERN_VT_BETTER,	  /* one that will not go */
	KERN_VT_SC,	  /* the other console system is in use */
};

void kern_vt_kind(enum kern_vt_kind kind);
/* Whether grants name the guest's own frames, as in every guest of FreeBSD's since 12. Until the next boot. */
void kern_feature(bool translated);
/* Whether the driver's console is shown, and how many times drawing functions of it were called. */
bool kern_vt_ours(void);
uint32_t kern_vt_draws(void);
/* Whether it was ever: its memory stays. */
bool kern_vt_kept(void);
/* printf(9), as far as the console is concerned: characters at the cursor; the timer draws them. */
void kern_vt_puts(const char *text);
/* At once, with interrupts off and whatever lock held, as the debugger does. */
void kern_vt_panic(const char *text);
/* Whether our console's memory holds the picture of the text so far. */
bool kern_vt_drawn(void);
/* The picture of the text so far on a screen of so many pixels: 32 bits a pixel. */
void kern_vt_expect(uint32_t *pixels, uint32_t width, uint32_t height, uint32_t stride);
/* Cells in a row, and rows. */
void kern_vt_size(uint32_t *columns, uint32_t *rows);
/* A program draws through the terminal's mmap(): frame of the page at @offset, or UINT32_MAX. */
uint32_t kern_vt_mmap(uint64_t offset);

/* --- kernel: character devices; errors are FreeBSD's errno, negative --- */

/* A file descriptor. @flags: 1 read, 2 write, 4 do not wait. */
int kern_open(const char *name, int flags);
int kern_close(int fd);
int kern_ioctl(int fd, unsigned long cmd, void *arg);
int kern_read(int fd, void *buf, size_t n);
/* Whether read(2) would not wait. */
bool kern_poll(int fd);
/* Whether a note of kqueue(2) fired; it is attached at the first call. */
bool kern_kevent(int fd);
/* The same, and the note is changed before, also one of a device that is gone. */
bool kern_kevent_change(int fd);
/* A mapping: handle, or NULL with *err. */
void *kern_mmap(int fd, uint64_t offset, size_t size, bool write, int *err);
/* The pixels of a page of it, made present as by a page fault; NULL: a signal. */
void *kern_mmap_page(void *map, uint32_t page);
/* Input or output goes to a page of it, until kern_let_go() of what this gives. */
void *kern_hold(void *map, uint32_t page);
void kern_let_go(void *held);
void kern_munmap(void *map);

#endif
