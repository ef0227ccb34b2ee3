import { describe, expect, it } from 'vitest'
import type { QemuCase } from '../../pipelines/reproduce/qemu'
import { qemuCases, qemuModelled, qemuVerdicts } from '../../pipelines/reproduce/qemu'

/** One of each kind, the shorter ones; all cases: `npm start -- reproduce qemu-72`. */
const some = [
  'A2_idle_1024_zero',
  'A6_idle_1024_half_fast',
  'B15_rand_6k_b32_dl50',
  'C3_seq_20k_b128',
  'C6_seq_50k_b128',
  'G1_ac_rand_20k_b64',
  'G3_ac_rand_60k_b128',
  'G7_noac_rand_60k_b64',
  'H1_xbz_rand_14k_b64_c128',
  'J3_mfd4_rand_20k_b128',
  'K2_link1g_rand_8k',
  'K9_link1g_rand_20k_dl1000',
  'T_B7_rand_20k_b128_dl50',
  'V9_tcg_hot_100k_b128',
  'I6_post_rand_50k_early_lim'
]

describe('migrations measured with QEMU 7.2', () => {
  it('are 38 cases and 60 runs, four of which never converge', () => {
    const cases = qemuCases()
    expect([cases.length, cases.flat().length, cases.filter(([first]) => !first.converged).length]).toEqual([38, 60, 4])
  })

  it('come out within what is aimed at over all of them, on one of each kind', { timeout: 120_000 }, async () => {
    const cases: QemuCase[] = []
    for (const runs of qemuCases()) if (some.includes(runs[0].case)) cases.push({ runs, model: await qemuModelled(runs[0]) })
    expect(cases).toHaveLength(some.length)
    expect(qemuVerdicts(cases).filter(({ holds }) => !holds)).toEqual([])
  })
})
