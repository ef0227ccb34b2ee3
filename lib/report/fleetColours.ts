/** Colours of the picture of a fleet: what is wanted from pale to dark blue below the threshold, orange above it, red above all that there is; moves violet, swaps green, failures and hotspots dark red. @internal */
export const fleetColours = {
  paper: '#ffffff',
  ink: '#1f2328',
  quiet: '#59636e',
  rule: '#e6eaee',
  edge: '#8c959f',
  lane: '#f6f8fa',
  off: '#ffffff',
  above: '#f0a04b',
  over: '#c62f1b',
  hotspot: '#7d1128',
  move: '#6b37ad',
  swap: '#0f7b5f',
  failed: '#cf222e',
  power: '#9aa5b1',
  memory: '#b08bd6'
} as const

/** Of what is wanted up to each third of the threshold. @internal */
export const wantedColours = ['#dfe8f1', '#bcd0e3', '#8fb0d0'] as const

/** The colour of a part of a capacity that is wanted. @internal */
export const colourOf = (part: number, threshold: number): string =>
  part > 1
    ? fleetColours.over
    : part > threshold
      ? fleetColours.above
      : wantedColours[Math.min(wantedColours.length - 1, Math.floor((part / threshold) * wantedColours.length))]
