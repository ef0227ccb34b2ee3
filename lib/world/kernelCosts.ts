/**
 * What the kernel of a cluster takes for what a daemon asks about processes, in cycles of its clock, on the system's core.
 *
 * - `call`: an order that only keeps books: observe, watch, admit and the like. `page`: for each frame or page of the kernel that is kept or given back.
 * - `freeze`: its beginning; `stop`: the signal to one core, until the thread there has come to the scheduler. `unfreeze`, and `start` for each thread that is put in the queue.
 * - `describe`. Without a UArea, `line`: for each line of memory that is looked at to find the state (see `stateSearch` of lib/guest).
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

/** Costs of the Nanvix of 2023 on a compute cluster of the MPPA-256. The publications give the sum of a migration only (N. Vanz, TCC, UFSC 2023, ch. 6): single figures are our division of it. */
export const nanvix2023: KernelCosts = {
  call: 2_000,
  page: 100,
  freeze: 20_000,
  stop: 2_000,
  unfreeze: 20_000,
  start: 1_000,
  describe: 10_000,
  line: 20,
  extract: 2_000,
  install: 2_000,
  copyPerByte: 0.25,
  collect: 50,
  fault: 2_000,
  access: 20
}
