/**
 * What the kernel of a cluster takes for what a daemon asks about processes, in cycles of its clock, on the system's core.
 *
 * - `call`: an order that only keeps books: observe, watch, admit and the like. `page`: for each frame or page of the kernel that is kept or given back.
 * - `freeze`: its beginning; `stop`: the signal to one core, until the thread there has come to the scheduler. `unfreeze`, and `start` for each thread that is put in the queue.
 * - `describe`. Without a UArea, `line`: for each line of memory that is looked at to find the state (see `linesToFind` of lib/guest).
 * - `extract`, `install`: the beginning of a task for one piece; `copyPerByte` of its content.
 * - `collect`: for each page in the log. `fault`: of a first access to a page that has not come. `access`: a word that a program reads or writes.
 */
export type KernelCosts = {
  readonly call: number
  readonly page: number
  readonly freeze: number
  readonly stop: number
  readonly unfreeze: number
  readonly start: number
  readonly describe: number
  readonly line: number
  readonly extract: number
  readonly install: number
  readonly copyPerByte: number
  readonly collect: number
  readonly fault: number
  readonly access: number
}

/**
 * Costs of the Nanvix of 2023 on a compute cluster of the MPPA-256, fitted to the means of N. Vanz (traces/measured/nanvix-migration.json), of which no source divides more than this: a page or another piece costs 0.518 ms, and
 * everything besides 18.5 ms.
 *
 * - A piece: the two ends work at the same time, the target for longer, on five tasks (loop, read, allow, begin to read, wait) where the source has four (loop, write, begin to write, wait), as in nanvix/microkernel,
 *   src/kernel/sys/migration.c: `install` 5 and `extract` 4 times 39,400 cycles.
 * - The rest, of which the messages and pieces of every process are 7 ms: the states' way through 37 kernel pages and 128 frames that are not in use, two tasks each, what they print, caches and translations that are
 *   invalidated. All of it stands in `unfreeze`, as it is not known that any other order of things would spare it.
 */
export const nanvix2023: KernelCosts = {
  call: 2_000,
  page: 100,
  freeze: 20_000,
  stop: 2_000,
  unfreeze: 4_650_000,
  start: 1_000,
  describe: 10_000,
  line: 20,
  extract: 157_800,
  install: 197_200,
  copyPerByte: 0.25,
  collect: 50,
  fault: 2_000,
  access: 20
}

/**
 * Costs of an earlier Nanvix (N. Vanz, J. V. Souto and M. Castro, Escola Regional de Alto Desempenho): 226 ms for 352.8 KB, an implementation without the tasks of 2023, that took 4.5 times as long for a byte. One figure fixes one cost: the pieces', with
 * everything else as in `nanvix2023`.
 */
export const nanvixEarlier: KernelCosts = { ...nanvix2023, extract: 703_000, install: 878_700 }
