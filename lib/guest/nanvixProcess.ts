/**
 * What of a Nanvix process is sent when it migrates, in the order of the states of its transfer, with its bytes; `each` says of what there are several. Everything else of the
 * kernel is the same on every cluster and stays. Source: N. Vanz, TCC (UFSC 2023), ch. 4, eq. 1 and 2.
 */
export const nanvixSections = {
  /** Code and data of the user, of the benchmark program of the source. */
  user: { bytes: 10_608 },
  uArea: { bytes: 2112 },
  systemBoard: { bytes: 1920 },
  pageDirectory: { bytes: 4096 },
  pageTable: { bytes: 4096 },
  /** Which pages of the kernel's pool are taken: a word for each of 40. */
  kernelPageIds: { bytes: 160 },
  frameBitmap: { bytes: 16 },
  /** Two pages a thread: its stacks in user space and in the kernel. */
  stacks: { bytes: 2 * 4096, each: 'thread' },
  /** What the user allocated, and one page of the kernel for their table when there are any. */
  frames: { bytes: 4096, each: 'page' }
} as const

/** Bytes that the kernel's structures and the user's binary take, without stacks and frames: law, the sum of the sections that are not of several. Source: as `nanvixSections`. */
export const nanvixFixedBytes = 23_008

/** Bytes that a migration sends for a process of so many threads and allocated pages: `23008 + 4096 (2 threads + pages + min(pages, 1))` (as `nanvixSections`, eq. 3). Throws RangeError. */
export const nanvixProcessBytes = ({ threads, pages }: { readonly threads: number; readonly pages: number }): number => {
  for (const [name, value] of Object.entries({ threads, pages }))
    if (!Number.isInteger(value) || value < 0)
      throw new RangeError(`nanvixProcessBytes: ${name} must be an integer of 0 or more (got ${value})`)
  return nanvixFixedBytes + 4096 * (2 * threads + pages + Math.min(pages, 1))
}

/** The pool of kernel pages of a compute cluster (its boot log: 160 KB), and those that master and dispatcher keep as their stacks: 36 are left, for 18 threads, the most that Vanz could start. */
export const nanvixKernelPages = { pages: 40, ofSystem: 4 } as const

/** Threads of the system in their table: master and dispatcher, and an idle one for each of 16 cores (nanvix/microkernel, thread.h). */
export const nanvixSystemThreads = { services: 2, idle: 16 } as const

/**
 * What the kernel keeps of a user's process, field by field with its bytes: what a UArea holds, in its order, and what stands in globals without one. `count` are entries of a
 * table. Sizes follow the declarations of nanvix/microkernel (uarea.h at 92320ed8, thread.h) on a core of 32 bits with locks of 8 bytes; `rest` is what they leave of the
 * published 2112 bytes: fields that came later, and filling to whole lines.
 */
export const nanvixState = {
  threadCount: { bytes: 4, count: 1 },
  nextThreadId: { bytes: 4, count: 1 },
  exitSlot: { bytes: 4, count: 1 },
  freezing: { bytes: 4, count: 1 },
  threads: { bytes: 48, count: 22 },
  joinConditions: { bytes: 24, count: 22 },
  exitValues: { bytes: 8, count: 32 },
  scheduling: { bytes: 12, count: 1 },
  userStacks: { bytes: 4, count: 22 },
  kernelStacks: { bytes: 4, count: 22 },
  rest: { bytes: 68, count: 1 }
} as const

/** A field of a process's state in the kernel. */
export type NanvixField = keyof typeof nanvixState

/** Where fields of a thread's entry stand: the link of a queue, identifier, core, state, affinity, age, argument, start, saved context. */
export const nanvixThread = { link: 0, id: 8, core: 12, state: 14, affinity: 16, age: 24, argument: 32, start: 36, context: 40 } as const

/** Bytes of a saved context on a K1b core (nanvix/hal, ctx.h). */
export const nanvixContextBytes = 304
