import { settled } from './processAdmit'
import { type Process, type ProcessContext, putStamp } from './processCopy'
import { place } from './processEnd'
import { run } from './processFreeze'
import { shortOf } from './processMemory'
import { structureBytesOfOne, takenBy } from './processOptions'
import { imageOf, pieceKey } from './processPieces'

/** A process begins where its options say, with cleared memory; where it does not fit it is lost before it began. @internal */
export const born = (world: ProcessContext, process: Process): void => {
  const { context, checked, kernels } = world
  const { name, spec } = process
  const kernel = [...kernels.values()].find(({ site }) => site.spec.name === spec.cluster)!
  const short = kernel.site.isDown
    ? 'the cluster has failed'
    : shortOf(kernel.memory, { ...takenBy(spec), structureBytes: structureBytesOfOne })
  process.began = context.timeline.now()
  if (short !== undefined) {
    process.over = short
    place(world, { process, kernel }, 'lost')
    for (const { to } of process.given.splice(0)) world.say(to, { type: 'refused', reason: short })
    return
  }
  const copy = settled(world, kernel, process, imageOf(name, spec, checked.layout, 0))
  for (const { section, index } of copy.image.pieces) {
    putStamp(copy, pieceKey({ section, index }), { of: name, section, index, version: 0, word: 0 })
  }
  copy.state = 'running'
  process.home = copy
  world.calls.goOn(name, kernel.site)
  place(world, copy, 'running')
  run(world, copy)
}
