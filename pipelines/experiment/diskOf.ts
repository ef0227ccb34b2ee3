import type { DiskConfig } from '../../lib/codec/diskConfig'
import { type Disk, disk } from '../../lib/guest/disk'
import { pageClasses } from '../../lib/memory/pageClasses'
import { range } from '../../lib/memory/pageSet'
import { type InputError, isInputError, refusals } from './inputError'
import { tracesIn, workloadOf } from './workloadOf'

const sizes = ['size', 'used', 'application', 'zero'] as const

/**
 * The disk that a configuration describes, or why there is none. `path` opens the path of an error. Used blocks lie at its beginning, an application's at the end of them,
 * and blocks of zeros at its end.
 */
export const diskOf = (config: DiskConfig, path: string): Disk | InputError => {
  const { size, blockSize: blockBytes = 2 ** 20, used = size, application = used, zero = 0, storage, needed } = config
  for (const name of sizes)
    if ((config[name] ?? 0) % blockBytes !== 0)
      return { path: `${path}.${name}`, expected: `a multiple of the block size ${blockBytes} B`, got: `${config[name]} B` }
  for (const [name, of, most, why] of [
    ['used', used, size, 'size'],
    ['application', application, used, 'used'],
    ['zero', zero, size - used, 'what is not used']
  ] as const)
    if (of > most) return { path: `${path}.${name}`, expected: `at most ${most} B, ${why}`, got: `${of} B` }
  if (config.workload !== undefined && tracesIn(config.workload, path).length > 0)
    return {
      path: `${path}.workload`,
      expected: 'a synthetic workload, whose pages are blocks',
      got: 'a recorded program, which has pages of memory'
    }
  const blocks = size / blockBytes
  const inBlocks = (bytes: number): number => bytes / blockBytes
  const workload = config.workload && refusals(`${path}.workload`, () => workloadOf(config.workload!, new Map(), blocks))
  if (isInputError(workload)) return workload
  return refusals(path, () =>
    disk({
      blocks,
      blockBytes,
      workload,
      storage,
      needed: needed === 'used' ? 'guestOs' : needed,
      readBytesPerSecond: config.read,
      writeBytesPerSecond: config.write,
      classes: pageClasses({
        size: blocks,
        guestOs: range(blocks, 0, inBlocks(used)),
        application: range(blocks, inBlocks(used - application), inBlocks(used)),
        zero: range(blocks, blocks - inBlocks(zero), blocks)
      })
    })
  )
}
