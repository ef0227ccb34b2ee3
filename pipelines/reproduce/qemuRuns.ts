import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../packageRoot'

/** What one measured migration was started with (see traces/README.md for the units). */
export type QemuInput = {
  readonly accel: 'kvm' | 'tcg'
  readonly ram: number
  readonly fill: number
  readonly ws: number
  readonly pattern: 'idle' | 'seq' | 'rand' | 'hot' | 'max'
  readonly rate: number
  readonly writeBytes: number
  readonly pacing: number
  readonly maxBandwidth: number
  readonly downtimeLimit: number
  readonly timeCap: number
  readonly caps?: readonly string[]
  readonly params?: Readonly<Record<string, number | boolean>>
  readonly link?: number
  readonly postcopyAfterSync?: number
  readonly postcopyAfterS?: number
}

/** What QEMU reported, and one sync: time, duration, newly dirty pages, bytes pending, threshold. */
export type QemuOutput = {
  readonly totalTime: number | null
  readonly downtime: number | null
  readonly stopToResume: number | null
  readonly transferred: number
  readonly normalPages: number
  readonly zeroPages: number
  readonly syncs: number
  readonly throttle: number
  readonly postcopyRequests?: number
  readonly xbzrle?: { readonly bytes: number; readonly pages: number; readonly misses: number; readonly overflow: number }
}

/** One measured migration. */
export type QemuRun = {
  readonly case: string
  readonly repeat: number
  readonly input: QemuInput
  readonly converged: boolean
  readonly output: QemuOutput
  readonly rounds: readonly (readonly (number | null)[])[]
}

/** The measured migrations that come with the package. */
export const qemuRuns = (): readonly QemuRun[] =>
  JSON.parse(readFileSync(join(packageRoot(), 'traces', 'measured', 'qemu-7.2.json'), 'utf8')).runs
