import type { Mutation } from '../mutation'

/** Mistakes of a network on chip: flits, credits, channels, ways. */
export const nocMutations: readonly Mutation[] = [
  {
    name: 'flitLostOnALink',
    kind: 'a flit lost or doubled',
    mistake: 'The third flit of a packet goes through the switch and never onto the link.',
    edits: [
      {
        file: 'lib/noc/traverse.ts',
        find: '    onLink += 2 - 2 * ends\n',
        put: '    if ((flit & 14) !== 4) onLink += 2 - 2 * ends\n'
      }
    ],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'flitLostInAFullLine',
    kind: 'a flit lost or doubled',
    mistake: 'The last of several flits that come in in one cycle is left out.',
    edits: [
      {
        file: 'lib/noc/comeIn.ts',
        find: 'end = i + 2 * count; i < end; i += 2) {\n    const input',
        put: 'end = i + 2 * Math.min(count, 9); i < end; i += 2) {\n    const input'
      }
    ],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'flitDoubledInTheSwitch',
    kind: 'a flit lost or doubled',
    mistake: 'A flit that goes through the switch in every eighth cycle stays in its buffer as well.',
    edits: [
      {
        file: 'lib/noc/traverse.ts',
        find: '    const left = held[input] - 1\n',
        put: '    const left = held[input] - ((now & 7) === 0 && (flit & 1) === 0 ? 0 : 1)\n'
      }
    ],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'placeNotAdvanced',
    kind: 'a flit lost or doubled',
    mistake: 'The place of the first flit is not moved on for the second flit of a packet, which goes twice in place of the last.',
    edits: [
      {
        file: 'lib/noc/traverse.ts',
        find: 'first[input] = (place + 1) & mask',
        put: 'first[input] = (place + ((flit & 15) === 2 ? 0 : 1)) & mask'
      }
    ],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'injectionStartedAgain',
    kind: 'a flit lost or doubled',
    mistake: 'A terminal that has no credit in mid packet looks for another channel, and begins the packet anew.',
    edits: [
      { file: 'lib/noc/inject.ts', find: '      if (left === 0) {\n', put: '      if (left === 0 || credits[base + channel] === 0) {\n' }
    ],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'creditLost',
    kind: 'a credit lost or doubled',
    mistake: 'The credits that go back over links in every sixteenth cycle are lost.',
    edits: [
      {
        file: 'lib/noc/traverse.ts',
        find: '    onBack += isBack\n',
        put: '    if ((now & 15) !== 0) onBack += isBack\n'
      }
    ],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'creditDoubled',
    kind: 'a credit lost or doubled',
    mistake: 'A credit that comes back in every sixteenth cycle counts twice.',
    edits: [
      { file: 'lib/noc/comeIn.ts', find: '    credits[channel]++\n', put: '    credits[channel] += (state.now & 15) === 0 ? 2 : 1\n' }
    ],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'creditOfTheTerminalLost',
    kind: 'a credit lost or doubled',
    mistake: 'A flit taken out at its terminal gives no credit back when it is a tail.',
    edits: [
      {
        file: 'lib/noc/traverse.ts',
        find: '    onEnd += ends\n',
        put: '    if ((flit & 1) === 0) onEnd += ends\n'
      }
    ],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'creditNotAskedFor',
    kind: 'a credit lost or doubled',
    mistake: 'The switch is asked for without a look at the credits.',
    edits: [{ file: 'lib/noc/allocateSwitches.ts', find: 'const asks = credits[onto] > 0 ? 1 : 0', put: 'const asks = 1' }],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'speculationWithoutACredit',
    kind: 'a credit lost or doubled',
    mistake: 'A head that won the switch by speculation goes onto the channel that it got, whether that has a credit or not.',
    edits: [{ file: 'lib/noc/traverse.ts', find: '(mode[input] !== sending || credits[onto] === 0)', put: 'mode[input] !== sending' }],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'tailOvertaking',
    kind: 'a flit overtaken',
    mistake: 'A tail is put in front of the flit before it.',
    edits: [
      {
        file: 'lib/noc/comeIn.ts',
        find: '    queue[(input << queueBits) + ((first[input] + waiting) & mask)] = entries[i + 1]\n',
        put: '    const last = (input << queueBits) + ((first[input] + waiting) & mask)\n    const before = (input << queueBits) + ((first[input] + waiting - 1) & mask)\n    queue[last] = entries[i + 1]\n    if (waiting > 1 && (entries[i + 1] & 1) === 1) {\n      queue[last] = queue[before]\n      queue[before] = entries[i + 1]\n    }\n'
      }
    ],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'channelOwnedGiven',
    kind: 'two packets in one channel',
    mistake: 'A packet alone at its output port takes a channel that another one has.',
    edits: [{ file: 'lib/noc/allocateChannels.ts', find: ' + size * owned[output]', put: '' }],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'channelOwnedContended',
    kind: 'two packets in one channel',
    mistake: 'Packets that contend for a port ask for channels that others have.',
    edits: [{ file: 'lib/noc/allocateChannels.ts', find: 'requests += owned[output] === 0 ? 1 : 0', put: 'requests++' }],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'channelReleasedByAnyFlit',
    kind: 'two packets in one channel',
    mistake: 'A channel is free again once a flit of its packet has left, and not the tail.',
    edits: [{ file: 'lib/noc/traverse.ts', find: '    credits[onto]--\n', put: '    credits[onto]--\n    owned[onto] = released\n' }],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'channelGrantedInEachIteration',
    kind: 'two packets in one channel',
    mistake: 'A channel that was matched in one iteration may be granted again in the next.',
    edits: [{ file: 'lib/noc/allocateChannels.ts', find: '      isTaken[output] = 1\n', put: '' }],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'channelNeverReleased',
    kind: 'a ring of channels',
    mistake: 'A tail does not give its output channel back.',
    edits: [
      { file: 'lib/noc/traverse.ts', find: '    owned[onto] = released\n', put: '    if (waitForTailCredit) owned[onto] = released\n' }
    ],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'tailCreditNotAwaited',
    kind: 'two packets in one channel',
    mistake: 'Any credit after the tail, and not the last, frees a channel that was to wait for it.',
    edits: [{ file: 'lib/noc/comeIn.ts', find: 'credits[channel] === bufferFlits', put: 'credits[channel] > 0' }],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'routeOfThePacketBefore',
    kind: 'a flit overtaken',
    mistake: 'A head behind a tail goes where the packet before it went.',
    edits: [
      {
        file: 'lib/noc/computeRoutes.ts',
        find: 'const slot = queue[(input << queueBits) + first[input]] >> 4',
        put: 'const slot = queue[(input << queueBits) + (first[input] === 0 ? 0 : first[input] - 1)] >> 4'
      }
    ],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'datelinesLeftOut',
    kind: 'a ring of channels',
    mistake: 'On a torus each packet takes any channel.',
    edits: [
      {
        file: 'lib/noc/routing.ts',
        find: '  const lower = onward(0, 0, classes - 1)\n  const upper = onward(0, classes, vcs - 1)\n',
        put: '  const lower = any\n  const upper = any\n'
      }
    ],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'oneClassOfChannels',
    kind: 'a ring of channels',
    mistake: 'Ways that end at a lower coordinate take the lower class as others do.',
    edits: [{ file: 'lib/noc/routing.ts', find: '(x > y ? upper : lower)', put: 'lower' }],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'classForgottenOnTheWay',
    kind: 'a ring of channels',
    mistake: 'A packet that goes on in a dimension takes any channel.',
    edits: [{ file: 'lib/noc/routing.ts', find: '(inVc < classes ? lower : upper)', put: 'any' }],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'linkFreeTooSoon',
    kind: 'two packets in one channel',
    mistake: 'With one event a hop, a link is free again when the head has passed, and not the tail.',
    edits: [{ file: 'lib/noc/runHops.ts', find: 'linkFree[port] = from + length', put: 'linkFree[port] = from + 1' }],
    swarms: ['networks'],
    runs: 300
  },
  {
    name: 'farEventForgotten',
    kind: 'left behind',
    mistake: 'With one event a hop, what lies farther ahead than a turn of the wheel is put on it as if it were near.',
    edits: [{ file: 'lib/noc/runHops.ts', find: '  if (time - state.now >= turn) {', put: '  if (time - state.now >= 4 * turn) {' }],
    swarms: ['networks'],
    runs: 300
  }
]
