import { benchBubbling } from './bubbling'
import { benchChecking } from './checking'
import { benchCheckpoint } from './checkpoint'
import { benchCoordinating } from './coordinating'
import { benchExploring } from './exploring'
import { benchFleet } from './fleet'
import { benchForecast } from './forecast'
import { benchHotspots } from './hotspots'
import { benchMonitors } from './monitors'
import { benchMoves } from './moves'
import { benchNoc } from './noc'
import { benchPlanning } from './planning'
import { benchPostcopy } from './postcopy'
import { benchPrecopy } from './precopy'
import { benchTimeBounded } from './timeBounded'
import { benchTimeline } from './timeline'

/** `npm run bench [-- NAME ...]`: the benches at canonical size, with a hash of each result. Ratios compare within one run; times belong to this machine. */
const benches = {
  timeline: benchTimeline,
  bubbling: benchBubbling,
  precopy: benchPrecopy,
  postcopy: benchPostcopy,
  checking: benchChecking,
  monitors: benchMonitors,
  hotspots: benchHotspots,
  fleet: benchFleet,
  moves: benchMoves,
  planning: benchPlanning,
  exploring: benchExploring,
  checkpoint: benchCheckpoint,
  forecast: benchForecast,
  timebounded: benchTimeBounded,
  coordinating: benchCoordinating,
  noc: benchNoc
}
const asked = process.argv.slice(2)
for (const name of asked)
  if (!(name in benches)) throw new RangeError(`bench: a name must be one of ${Object.keys(benches).join(', ')} (got ${name})`)
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const { figures, hash } = bench({ smoke: false })
  console.log(`${name}  (result hash ${hash})`)
  for (const [figure, value] of Object.entries(figures)) console.log(`  ${figure}: ${value}`)
}
