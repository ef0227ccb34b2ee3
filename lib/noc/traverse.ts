import { type FlitState, sending, routing as toRoute } from './flitState'

/** The first flit of each channel that was matched goes through the switch, and its credit back; behind a tail, the next packet's head waits for its route. @internal */
export const traverse = (state: FlitState): void => {
  const { crossings, crossingInput, crossingPort, now, round, queueBits } = state
  if (crossings === 0) return
  const { queue, first, held, mode, taken, credits, owned, nodeOf, feeds, leadsTo, all } = state
  const { toSend, linkFlits, links, ejections, linkCredits, terminalCredits, ejectionCredits, heads } = state
  const { speculative, waitForTailCredit } = state.router
  const mask = (1 << queueBits) - 1
  const released = waitForTailCredit ? 2 : 0
  const link = (now + state.toLink) & round
  const firstLink = link * links.room
  let onLink = firstLink
  const out = (now + state.toTerminal) & round
  const firstOut = out * ejections.room
  let onOut = firstOut
  const back = (now + state.linkCreditDelay) & round
  const firstBack = back * linkCredits.room
  let onBack = firstBack
  const home = (now + state.terminalCreditDelay) & round
  const firstHome = home * terminalCredits.room
  let onHome = firstHome
  const end = (now + state.toTerminal + state.terminalCreditDelay) & round
  const firstEnd = end * ejectionCredits.room
  let onEnd = firstEnd
  const due = (now + 1 + state.headDelay) & round
  const firstHead = due * heads.room
  const knownHeads = firstHead + heads.counts[due]
  let head = knownHeads
  const onLinks = links.entries
  const onEjections = ejections.entries
  const onLinkCredits = linkCredits.entries
  const onTerminalCredits = terminalCredits.entries
  const onEjectionCredits = ejectionCredits.entries
  const onHeads = heads.entries
  for (let i = 0; i < crossings; i++) {
    const input = crossingInput[i]
    const onto = taken[input]
    // A speculative grant is lost when no channel was allocated, or one without a credit.
    if (speculative && (mode[input] !== sending || credits[onto] === 0)) continue
    const place = first[input]
    const flit = queue[(input << queueBits) + place]
    first[input] = (place + 1) & mask
    const left = held[input] - 1
    held[input] = left
    credits[onto]--
    linkFlits[crossingPort[i]]++
    const feeding = feeds[input]
    // Written both ways, counted one: without a branch, which would be a guess.
    const isBack = (feeding - all) >>> 31
    onLinkCredits[onBack] = feeding
    onBack += isBack
    onTerminalCredits[onHome] = feeding
    onHome += 1 - isBack
    const further = leadsTo[onto]
    const ends = further >>> 31
    onLinks[onLink] = further
    onLinks[onLink + 1] = flit
    onLink += 2 - 2 * ends
    onEjections[onOut] = nodeOf[onto]
    onEjections[onOut + 1] = flit
    onOut += 2 * ends
    onEjectionCredits[onEnd] = onto
    onEnd += ends
    const isTail = (flit & 1) !== 0
    if (!isTail && left > 0) continue
    toSend[input >> 5] &= ~(1 << (input & 31))
    if (!isTail) continue
    owned[onto] = released
    mode[input] = 0
    if (left === 0) continue
    mode[input] = toRoute
    onHeads[head++] = input
  }
  const flitHops = (onLink - firstLink) >> 1
  const ejected = onEnd - firstEnd
  if (flitHops + ejected === 0) return
  links.counts[link] = flitHops
  ejections.counts[out] = ejected
  linkCredits.counts[back] = onBack - firstBack
  terminalCredits.counts[home] = onHome - firstHome
  ejectionCredits.counts[end] = ejected
  heads.counts[due] = head - firstHead
  state.headsUnderWay += head - knownHeads
  state.inFlight += 2 * (flitHops + ejected) + ejected
  state.flitHops += flitHops
  state.still = -1
}
