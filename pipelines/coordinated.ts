import { coordinatedMember } from '../lib/checkpoint/coordinatedMember'
import type { CoordinatedOptions } from '../lib/checkpoint/coordinatedOptions'
import { checkedCoordinated } from '../lib/checkpoint/coordinatedOptions'
import { coordinator } from '../lib/checkpoint/coordinator'
import type { Pipeline } from '../lib/protocol/pipeline'

/**
 * Coordinated checkpoints of a cluster: the one pipeline for all its machines, each of which plays the part that its name gives it.
 *
 *     run(coordinated({ members: ['a', 'b'] }), cluster({ members: { a, b }, communication: ring({ ... }) }))
 */
export const coordinated = (options: CoordinatedOptions): Pipeline => {
  const checked = checkedCoordinated(options)
  return ({ name }) => {
    if (name === checked.coordinator) return coordinator(checked)
    if (checked.members.includes(name)) return coordinatedMember(name, checked)
    throw new RangeError(`coordinated: members must name every machine of the cluster but the coordinator (got none called ${name})`)
  }
}
