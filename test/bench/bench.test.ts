import { describe, expect, it } from 'vitest'
import { benchBubbling } from './bubbling'
import { benchChecking } from './checking'
import { benchCheckpoint } from './checkpoint'
import { benchCoordinating } from './coordinating'
import { benchExploring } from './exploring'
import { benchFleet } from './fleet'
import { benchHotspots } from './hotspots'
import { benchMonitors } from './monitors'
import { benchMoves } from './moves'
import { benchNoc } from './noc'
import { benchPlanning } from './planning'
import { benchPostcopy } from './postcopy'
import { benchPrecopy } from './precopy'
import { benchTimeBounded } from './timeBounded'
import { benchTimeline } from './timeline'

describe('benches at smoke size', () => {
  for (const bench of [
    benchTimeline,
    benchBubbling,
    benchPrecopy,
    benchPostcopy,
    benchChecking,
    benchMonitors,
    benchExploring,
    benchTimeBounded,
    benchCoordinating,
    benchCheckpoint,
    benchNoc,
    benchHotspots,
    benchFleet,
    benchMoves,
    benchPlanning
  ])
    it(`${bench.name} gives the same result hash twice`, () => {
      const { hash, figures } = bench({ smoke: true })
      expect(hash).toMatch(/^[0-9a-f]+$/)
      expect(bench({ smoke: true }).hash).toBe(hash)
      expect(Object.keys(figures).length).toBeGreaterThan(2)
    })
})
