import { describe, expect, it } from 'vitest'
import { said } from './terminal'

const quick = ['--cycles', '2000', '--warmup', '500']
const csv = async (...words: readonly string[]): Promise<readonly Readonly<Record<string, string>>[]> => {
  const { out, err, code } = await said('noc', ...quick, '--format', 'csv', ...words)
  expect({ err, code }).toEqual({ err: '', code: 0 })
  const [head, ...rows] = out.split('\n\n')[0].split('\n')
  const names = head.split(',').map((name) => name.replace(/ \(.*/, ''))
  return rows.map((row) => Object.fromEntries(row.split(',').map((cell, i) => [names[i], cell])))
}

describe('noc', () => {
  it('prints a curve with units, the seed, and that no channels depend on each other in a ring', async () => {
    const { out, code } = await said('noc', ...quick, '--offered', '0.1,0.4', '--seed', 'a')
    expect(code).toBe(0)
    expect(out).toContain(
      'noc: torus4x4, dimension order, datelines, 2 virtual channels; uniform traffic, packets of 8 flits, flit by flit'
    )
    expect(out).toContain('seed "a"')
    expect(out).toMatch(/flits\/node\/cycle flits\/node\/cycle +cycles +cycles/)
    expect(out).toMatch(/^ +0\.400 +0\.\d{3} +\d+\.\d .* steady$/m)
    expect(out).toContain('holds   channel dependencies have no ring (96 channels, 164 dependencies): no traffic can deadlock')
    expect((await said('noc', ...quick, '--offered', '0.1,0.4', '--seed', 'a')).out).toBe(out)
    expect((await said('noc', ...quick, '--offered', '0.1,0.4', '--seed', 'b')).out).not.toBe(out)
  })

  it('latency rises with the load, and is less packet by packet; past saturation none is told', async () => {
    const [low, high, over] = await csv('--offered', '0.1,0.5,0.9')
    expect(Number(low['packet latency'])).toBeLessThan(Number(high['packet latency']))
    expect([low.state, over.state, over['packet latency']]).toEqual(['steady', 'saturated', ''])
    const [hop] = await csv('--offered', '0.5', '--fidelity', 'hop')
    expect(Number(hop['packet latency'])).toBeLessThan(Number(high['packet latency']))
  })

  it('takes meshes and the MPPA-256, every pattern, and options of the router', async () => {
    for (const traffic of ['neighbor', 'tornado', 'transpose', 'bitcomp', 'bitrev', 'shuffle', 'randperm', 'hotspot'])
      expect((await csv('--topology', 'mesh', '--offered', '0.05', '--traffic', traffic))[0].state).toBe('steady')
    const [slow] = await csv(
      '--offered',
      '0.01',
      '--routing-delay',
      '3',
      '--link-latency',
      '4',
      '--link-energy',
      '0',
      '--terminal-energy',
      '2'
    )
    const [fast] = await csv('--offered', '0.01', '--speculative', '--routing-delay', '0')
    expect(Number(slow['network latency'])).toBeGreaterThan(Number(fast['network latency']) + 15)
    expect(Number(slow.energy)).toBe(2)
    const { out } = await said('noc', ...quick, '--topology', 'mppa256', '--offered', '0.1', '--format', 'markdown')
    expect(out).toContain('mppa256, feed-forward source routes (3.00 links a way, shortest 3.00), no virtual channels')
    expect(out).toContain('| holds | channel dependencies have no ring (96 channels, 276 dependencies): no traffic can deadlock |')
  })

  it('says where it deadlocked, which channels wait for each other, and exits with 1', async () => {
    const { out, code } = await said('noc', '--routing', 'no-datelines', '--flits', '16', '--offered', '0.05,0.8')
    expect(code).toBe(1)
    expect(out).toMatch(
      /^misses {2}channel dependencies have no ring \(64 channels, 128 dependencies\): (\d+) -> \d+ -> \d+ -> \d+ -> \1$/m
    )
    expect(out).toMatch(
      /^misses {2}no deadlock \(at 0\.8 flits a node and cycle in cycle [\d,]+, [\d,]+ packets under way\): (\d+) -> .* -> \1$/m
    )
    expect(out).toMatch(/^ +0\.800 .*deadlocked in cycle [\d,]+$/m)
  })

  it.each([
    [['--radices', '4xx'], '--radices: expected nodes in each dimension, such as "4x4", got "4xx"\n'],
    [['--offered', '0.1,,0.2'], '--offered: expected loads above 0 with commas between them, such as "0.1,0.2", got "0.1,,0.2"\n'],
    [
      ['--offered', '9', '--vcs', '1'],
      '--offered: expected at most the 8 flits of a packet, as a node starts one a cycle, got 9\n--vcs: expected at least 2 for the datelines of a torus, or --routing feed-forward, got 1\n'
    ],
    [['--topology', 'mppa256', '--radices', '4x4'], '--radices: expected none beside --topology mppa256, got "4x4"\n'],
    [
      ['--topology', 'mppa256', '--routing', 'no-datelines'],
      '--routing: expected feed-forward on the MPPA-256, which is no plain torus, got no-datelines\n'
    ],
    [['--topology', 'mppa256', '--traffic', 'tornado'], '--traffic: expected what fits mppa256 (mppa256 has no dimensions), got tornado\n'],
    [
      ['--traffic', 'hotspot', '--hotspot-node', '16'],
      '--hotspot-node: expected what fits torus4x4 (nodes are numbered from 0 to 15), got 16\n'
    ],
    [['--radices', '100x100'], '--radices: expected at most 4096 nodes, got 10000\n'],
    [['--vcs', '33'], '--vcs: expected at most 32, got 33\n'],
    [['--buffer-flits', '70000'], 'router: expected bufferFlits must be an integer from 1 to 65536, got 70000\n']
  ])('refuses %j', async (words, message) => {
    expect(await said('noc', ...words)).toEqual({ out: '', err: message, code: 2 })
  })

  it('has help with examples', async () => {
    const { out, code } = await said('noc', '--help')
    expect(code).toBe(0)
    expect(out).toContain('--offered <x>,<x>...')
    expect(out).toContain('transhume noc --topology mppa256')
  })
})
