/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tracepoints: trace-cmd -e displif. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM displif

#if !defined(DISPLIF_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define DISPLIF_TRACE_H

#include <linux/tracepoint.h>

/* clang-format off */

TRACE_EVENT(ddrm_request,
	TP_PROTO(u32 connector, u8 op, u32 slot, u64 dbuf, u64 fb),
	TP_ARGS(connector, op, slot, dbuf, fb),
	TP_STRUCT__entry(
		__field(u32, connector)
		__field(u32, op)
		__field(u32, slot)
		__field(u64, dbuf)
		__field(u64, fb)
	),
	TP_fast_assign(
		__entry->connector = connector;
		__entry->op = op;
		__entry->slot = slot;
		__entry->dbuf = dbuf;
		__entry->fb = fb;
	),
	TP_printk("connector=%u op=%#x slot=%u dbuf=%llu fb=%llu", __entry->connector, __entry->op,
		  __entry->slot, __entry->dbuf, __entry->fb)
);

/* type: 1 response, 2 flip event, 3 lost (enum displif_ev) */
TRACE_EVENT(ddrm_event,
	TP_PROTO(u32 connector, u8 type, u8 op, u32 slot, s32 status),
	TP_ARGS(connector, type, op, slot, status),
	TP_STRUCT__entry(
		__field(u32, connector)
		__field(u32, type)
		__field(u32, op)
		__field(u32, slot)
		__field(s32, status)
	),
	TP_fast_assign(
		__entry->connector = connector;
		__entry->type = type;
		__entry->op = op;
		__entry->slot = slot;
		__entry->status = status;
	),
	TP_printk("connector=%u type=%u op=%#x slot=%u status=%d", __entry->connector,
		  __entry->type, __entry->op, __entry->slot, __entry->status)
);

TRACE_EVENT(ddrm_flip,
	TP_PROTO(u32 connector, u64 fb, u32 slot),
	TP_ARGS(connector, fb, slot),
	TP_STRUCT__entry(
		__field(u32, connector)
		__field(u64, fb)
		__field(u32, slot)
	),
	TP_fast_assign(
		__entry->connector = connector;
		__entry->fb = fb;
		__entry->slot = slot;
	),
	TP_printk("connector=%u fb=%llu slot=%u", __entry->connector, __entry->fb, __entry->slot)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE displif_trace
#include <trace/define_trace.h>
