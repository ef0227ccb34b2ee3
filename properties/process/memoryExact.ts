import { type Invariant, invariant } from '../invariants/invariant'
import { piecesInWords } from './piecesInWords'
import { type Standings, standings, stood } from './standings'
import { noWords, type Words, wrongLoad } from './words'

/** The memory of a process is what it has stored there, wherever it runs: whenever it goes on and whenever a copy is dropped nothing is missing that nobody owes and nothing is older than it must be, and every load gives the last store. */
export const memoryExact: Invariant = invariant<{ readonly words: Words; readonly all: Standings }>({
  name: 'memoryExact',
  sentence: 'When a process goes on or a copy of it is dropped nothing of it is lost or stale, and each peek gives what it poked last.',
  of: 'journal',
  hears: ['peek', 'poke', 'peeked', 'done', 'refused', 'checked', 'placed', 'failed'],
  init: (began) => ({ words: noWords(), all: standings(began) }),
  step: (memory, entry, tell, orders) => {
    stood(memory.all, entry)
    if (entry.type === 'signalled' && entry.signal.type === 'checked') {
      const { process, when, lost, stale, migration } = entry.signal
      // What goes with a cluster that fails is the failure's, pages of a post-copy among it that had not left.
      const { failed, processes } = memory.all
      const isTheFailures = failed.has(migration) || failed.has(processes.get(process)?.counts ?? '')
      if (lost.length > 0 && !isTheFailures) tell(`when ${process} is ${when} on ${migration}, ${piecesInWords(lost)} are lost`)
      if (stale.length > 0) tell(`when ${process} is ${when} on ${migration}, ${piecesInWords(stale)} are not as they were last written`)
      return memory
    }
    const wrong = wrongLoad(memory.words, entry, orders)
    if (wrong?.is === 'wrong')
      tell(`${wrong.process} loads ${wrong.word} from page ${wrong.page}, and has stored ${wrong.last.join(' or ')} there`)
    return memory
  }
})
