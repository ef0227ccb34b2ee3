import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** Whether Prometheus and its tool are on this machine. */
export const hasPrometheus = ['prometheus', 'promtool'].every((name) => spawnSync(name, ['--version']).status === 0)

/** A real Prometheus with data in it. */
export type RunningPrometheus = { readonly url: string; readonly kill: () => void; readonly end: () => Promise<void> }

/** Starts one on a port of this machine that is free, with the metrics of an OpenMetrics text, and waits until it answers. */
export const prometheusWith = async (openMetrics: string): Promise<RunningPrometheus> => {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'))
  writeFileSync(join(folder, 'metrics'), openMetrics)
  writeFileSync(join(folder, 'config.yml'), '')
  const made = spawnSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', join(folder, 'metrics'), join(folder, 'data')])
  if (made.status !== 0) throw new Error(`promtool: ${made.stderr}`)
  const port = await freePort()
  const options = [
    `--config.file=${join(folder, 'config.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    '--storage.tsdb.retention.time=100y'
  ]
  const server: ChildProcess = spawn('prometheus', [...options, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; !(await isReady(url)); tries++) {
    if (tries > 1000 || server.exitCode !== null) {
      server.kill('SIGKILL')
      throw new Error('prometheus does not answer')
    }
    await setTimeout(25)
  }
  return {
    url,
    kill: () => server.kill('SIGKILL'),
    end: async () => {
      if (server.exitCode === null && server.signalCode === null) {
        server.kill('SIGKILL')
        await once(server, 'exit')
      }
      rmSync(folder, { recursive: true })
    }
  }
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/-/ready`).then(
    ({ ok }) => ok,
    () => false
  )

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** A server that answers as it is told, while something is done with its address. */
export const withServer = async (answer: RequestListener, use: (url: string) => Promise<void>): Promise<void> => {
  const server: Server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
