import type { ThreadState } from './chipThreads'

/** Colours of the picture of a chip: loads from pale to dark, so that they are told apart without hues, too; migrations violet, frozen threads blue. @internal */
export const chipColours = {
  paper: '#ffffff',
  ink: '#1f2328',
  quiet: '#59636e',
  idle: '#d5dbe1',
  rule: '#e6eaee',
  node: '#f6f8fa',
  io: '#e3eefa',
  edge: '#8c959f',
  wrong: '#cf222e',
  broken: '#fde2e1',
  bytes: '#9aa5b1',
  migration: '#6b37ad'
} as const

/** Of a link that is loaded up to each of `loadSteps`. @internal */
export const loadColours = ['#fdeaa8', '#fdd374', '#fdb14d', '#fb8b3c', '#f15d2c', '#d92f21', '#ad0e26', '#630a20'] as const

/** Of what migrations alone load it with. @internal */
export const migrationColours = ['#e6dbf6', '#d3bff0', '#b998e6', '#a075da', '#8350c6', '#6b37ad', '#54248c', '#38115f'] as const

/** Loads up to which each colour goes, as parts of what a link can carry: some three times as much each, as migrations at Nanvix's costs load links with less than a hundredth. @internal */
export const loadSteps = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.6, 1] as const

/** The colour's number for a load; -1 for none at all. @internal */
export const levelOf = (load: number): number => {
  if (!(load > 0)) return -1
  const found = loadSteps.findIndex((step) => load <= step)
  return found < 0 ? loadSteps.length - 1 : found
}

/** Of threads by what they are at. @internal */
export const stateColours: Readonly<Record<ThreadState, string>> = {
  running: '#1a7f37',
  ready: '#e0b13a',
  waiting: '#c3ccd5',
  frozen: '#2f6fd0'
}
