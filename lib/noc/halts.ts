import type { NocHalt } from './noc'

/** Halts by the numbers that kernels have for them. @internal */
export const halts: readonly NocHalt[] = ['done', 'idle', 'delivered', 'deadlocked']
/** Places in `halts`. @internal */
export const done = 0
/** See `done`. @internal */
export const idle = 1
/** See `done`. @internal */
export const delivered = 2
/** See `done`. @internal */
export const deadlocked = 3
