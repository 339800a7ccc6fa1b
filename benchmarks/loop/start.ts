import { rmSync } from 'node:fs'
import { atMost, type Benchmark, median } from '../claim.ts'
import { residentMb } from '../process-tree.ts'
import { startRegia, temporaryFolder } from '../regia-process.ts'

const STARTS = 5
const IDLE_MS = 5_000

/** From the command to an answer on `/health`, and what the main process holds when nobody asks anything. */
export const measureStart: Benchmark = async (say) => {
  const readyAfterMs: number[] = []
  let idleMb = 0
  for (let i = 0; i < STARTS; i++) {
    say(`start: ${i + 1} of ${STARTS}`)
    const project = temporaryFolder()
    const server = await startRegia(project)
    readyAfterMs.push(server.readyAfterMs)
    if (i === STARTS - 1) {
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
      idleMb = residentMb(server.pid)
    }
    await server.stop()
    rmSync(project, { recursive: true, force: true })
  }
  return [
    atMost('regia up answers /health, from the command', median(readyAfterMs) / 1000, 's', 1.5),
    atMost('main process of regia up, idle', idleMb, 'MB', 150),
  ]
}
