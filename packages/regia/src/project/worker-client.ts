import { existsSync } from 'node:fs'
import type { LeasedStep } from '@regia/core'
import { bundlePath, storeBundle, type WorkerClient } from '@regia/engine'
import type { RegiaClient } from '@regia/sdk'

/** What a worker needs of the control plane, over HTTP. The code of a leased step is brought into the worker's home before it starts. */
export function workerClient(client: RegiaClient, home: string): WorkerClient {
  return {
    ...client.leases,
    acquire: async (body, signal) => {
      const leased = await client.leases.acquire(body, signal)
      for (const step of leased.steps) await fetchCode(client, home, step)
      return leased
    },
  }
}

const NO_MAP = JSON.stringify({ version: 3, sources: [], mappings: '' })

async function fetchCode(client: RegiaClient, home: string, { kind, bundleDigest }: LeasedStep): Promise<void> {
  if (kind !== 'code' || existsSync(bundlePath(home, bundleDigest))) return
  const code = new TextDecoder().decode(await client.blobs.read(bundleDigest))
  await storeBundle({ digest: bundleDigest, code, sourceMap: NO_MAP }, home)
}
