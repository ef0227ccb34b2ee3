import type { DelayLine } from './delayLine'
import type { FlitState } from './flitState'

/**
 * By output channel (the terminals' channels into the network behind them): its credits, the flits in the buffer behind it, and the flits and credits under way between both.
 * Law: between cycles each sum is the size of a buffer. Cost: the channels and what is under way. @internal
 */
export const creditsKept = (state: FlitState): Int32Array => {
  const { credits, held, feeds, links, injections, linkCredits, terminalCredits, ejectionCredits } = state
  const sums = credits.slice()
  held.forEach((flits, input) => {
    if (feeds[input] >= 0) sums[feeds[input]] += flits
  })
  for (const line of [links, injections]) underWay(line, 2, (input) => sums[feeds[input]]++)
  // A terminal takes everything: the credit of a flit is under way from when it leaves for it.
  for (const line of [linkCredits, terminalCredits, ejectionCredits]) underWay(line, 1, (output) => sums[output]++)
  return sums
}

const underWay = ({ entries, counts, room }: DelayLine, stride: number, each: (channel: number) => void): void => {
  counts.forEach((count, slot) => {
    for (let i = 0; i < count; i++) each(entries[slot * room + i * stride])
  })
}
