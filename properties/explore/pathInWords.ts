import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Errand } from '../../lib/world/conduct'
import type { Choice } from './choices'
import type { Choosing, Scope } from './scope'
import type { State } from './state'
import { isOf, MESSAGE } from './state'
import { walk } from './walk'

/** Each choice of a path as a sentence, what of it the journal does not say included: what the guest writes, what leaves and what arrives. */
export const pathInWords = (pipeline: Pipeline | Choosing, path: readonly Choice[], scope: Scope = {}): readonly string[] => {
  const along = walk(pipeline, scope)
  return path.map((choice) => {
    const words = inWords(along.state, choice)
    const said = along.take(choice)
    return said.length === 0 ? words : `${words}; the pipeline is told ${said.map((yes) => (yes ? 'yes' : 'no')).join(', ')}`
  })
}

const inWords = (s: State, choice: Choice): string => {
  const laneOf = (name: string) => s.lanes.find((lane) => lane.name === name)!
  const on = (name: string): string => (name === '' ? '' : ` on lane ${name}`)
  switch (choice.type) {
    case 'write':
    case 'read':
      return `the guest ${choice.type}s page ${choice.page}`
    case 'leave': {
      const { page } = laneOf(choice.lane).leaving!
      return `${page < 0 ? 'the execution context' : `page ${page}`} has left${on(choice.lane)}`
    }
    case 'arrive': {
      const [item] = laneOf(choice.lane).flying
      if (item.page !== MESSAGE) return `page ${item.page} arrives${on(choice.lane)}`
      const owed = s.owed.find((one) => isOf(one, item.n))
      return `the order to ${owed?.type === 'errand' ? orderOf(owed.errand) : 'go on'} arrives${on(choice.lane)}`
    }
    case 'answer': {
      const owed = s.owed[choice.owed]
      return owed.type === 'barrier' ? `the barrier is acknowledged${on(owed.to.lane)}` : legOf(owed.errand)
    }
    case 'notice':
      return `the source hears of the fault at page ${s.notices[0]}`
    case 'look':
      return 'the source looks how far it is'
    case 'load':
      return 'the target has put in the state of the devices'
    case 'fail':
      return `the ${choice.what} fails`
    case 'mend':
      return 'the link is mended'
  }
}

const orderOf = ({ order }: Errand): string => (order.type === 'resume' ? `resume at the ${order.where}` : order.type)

const legOf = (errand: Errand): string => {
  switch (errand.leg) {
    case 'suspend':
      return 'the guest has stopped'
    case 'restart':
      return 'the guest goes on at the source'
    case 'activate':
      return 'the guest goes on at the target'
    case 'redirect':
      return 'the network delivers at the target'
    case 'save':
      return 'the state of the devices has been read out'
    case 'timer':
      return 'a time has passed'
    case 'out':
      return `the order to ${orderOf(errand)} arrives`
    default:
      return `the answer to ${orderOf(errand)} arrives`
  }
}
