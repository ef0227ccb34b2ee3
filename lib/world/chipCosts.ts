/**
 * What software takes on one kind of cluster, in cycles of its clock: its communication runs on one core, one thing after the other.
 *
 * - `call`: a system call that only keeps books: create, attach, close, allow.
 * - `put`, `get`: the beginning of such a call. `copyPerByte`: between a program's memory and the kernel's buffer, either way.
 * - `permit`: readies a buffer for a chunk and asks for it. `send`: starts a chunk's transfer. `take`: a chunk that has come, without its copy.
 * - `mail`: a message, until it leaves. `receive`: the beginning of such a call; `takeMail`: a message that has come, and its acknowledgement.
 * - `signal`: a signal to one node. `await`: such a call.
 */
export type ChipCosts = {
  readonly call: number
  readonly put: number
  readonly get: number
  readonly copyPerByte: number
  readonly permit: number
  readonly send: number
  readonly take: number
  readonly mail: number
  readonly receive: number
  readonly takeMail: number
  readonly signal: number
  readonly await: number
}

/**
 * The costs of Nanvix on the MPPA-256, one set for each kind of cluster and for all patterns: chosen to fit the cycles that J. V. Souto measured in 2019 (see `reproduce nanvix`), which fix
 * sums of them rather than each. On an I/O cluster every access to the network goes by way of its master core and memory is outside the chip: all is dearer there.
 */
export const nanvixCosts: Readonly<Record<'compute' | 'io', ChipCosts>> = {
  compute: {
    call: 400,
    put: 1000,
    get: 5200,
    copyPerByte: 0.25,
    permit: 500,
    send: 500,
    take: 640,
    mail: 60_000,
    receive: 20_000,
    takeMail: 4_000,
    signal: 100,
    await: 500
  },
  io: {
    call: 600,
    put: 1500,
    get: 8000,
    copyPerByte: 1.5,
    permit: 4500,
    send: 3650,
    take: 5000,
    mail: 50_000,
    receive: 10_000,
    takeMail: 3_250,
    signal: 100,
    await: 500
  }
}
