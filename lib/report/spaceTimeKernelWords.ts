import type { KernelAnswer, KernelFact, KernelOrder, MemoryOrder, ProcessPiece } from '../protocol/process'
import { formatTime } from '../time/time'
import { formatBytes, formatNumber } from './numbers'

/** An order about processes in a few words. @internal */
export const kernelOrderInWords = (order: KernelOrder | MemoryOrder): string => {
  switch (order.type) {
    case 'unfreeze':
      return `let ${order.process} go on${order.absent === true ? ', pages may come later' : ''}`
    case 'describe':
      return `what is ${order.process} made of?`
    case 'admit':
      return `keep memory for ${order.made.process}`
    case 'extract':
    case 'install':
      return `${order.type} ${pieceInWords(order.piece)} of ${order.process}`
    case 'watch':
      return order.on ? `note what ${order.process} writes` : `no longer note what ${order.process} writes`
    case 'collect':
      return `what has ${order.process} written?`
    case 'depend':
      return `what depends on ${order.process}?`
    case 'hold':
      return `hold back what is for ${order.process}`
    case 'repoint':
      return `${order.process} is at ${order.to} now`
    case 'observe':
      return 'what runs here?'
    case 'peek':
      return `read page ${order.page}`
    case 'poke':
      return `write ${order.word} into page ${order.page}`
    case 'freeze':
    case 'forget':
    case 'kill':
      return `${order.type} ${order.process}`
  }
}

/** What a cluster says of processes in a few words. @internal */
export const kernelSignalInWords = (signal: KernelAnswer | KernelFact): string => {
  switch (signal.type) {
    case 'described':
      return `${signal.made.process}: ${signal.made.pieces.length} pieces, ${formatBytes(signal.made.pieces.reduce((sum, { bytes }) => sum + bytes, 0))}`
    case 'extracted':
      return `a copy, in ${formatNumber(signal.cycles)} cycles`
    case 'collected':
      return `written: ${signal.pieces.length === 0 ? 'nothing' : signal.pieces.map(pieceInWords).join(', ')}`
    case 'depends':
      return signal.ends.length === 0 ? 'it has no ends' : `its ends: ${signal.ends.map(({ end }) => end).join(', ')}`
    case 'observed':
      return `${signal.processes.length} processes, ${signal.running} threads run and ${signal.ready} wait on ${signal.cores} cores, busy for ${formatTime(signal.busyNs)} so far`
    case 'peeked':
      return `it holds ${signal.word}`
    case 'wanted':
      return `${signal.process} stops at ${pieceInWords(signal.piece)}`
    case 'placed':
      return `${signal.process} is ${signal.state}`
    case 'threads':
      return `${signal.process}: ${signal.running} threads run, ${signal.ready} ready, ${signal.waiting} waiting, ${signal.stopped} stopped${signal.behind === undefined ? '' : `, ${signal.behind} still to go on`}`
    case 'checked': {
      const wrong = (['lost', 'stale', 'foreign'] as const).filter((what) => signal[what].length > 0)
      return `${signal.process} ${signal.when}: ${wrong.length === 0 ? 'memory is right' : wrong.map((what) => `${what.toUpperCase()} ${signal[what].map(pieceInWords).join(', ')}`).join('; ')}`
    }
  }
}

const pieceInWords = ({ section, index }: ProcessPiece): string => `${section} ${index}`
