import { command } from '../command.ts'

export const DEFAULT_PORT = 4300

export const up = command({
  name: 'up',
  summary: 'start the control room, the API, the gateway, the scheduler and a worker',
  details:
    'One process that owns the folder .regia/ of this project until it ends. SIGTERM and Ctrl-C end it when what is under way has been answered.',
  options: {
    port: { type: 'integer', value: 'N', description: 'port to listen on; 0 takes a free one', default: DEFAULT_PORT },
    grpcPort: {
      type: 'integer',
      value: 'N',
      description: 'also speak the Open Inference Protocol over gRPC at this port; 0 takes a free one',
    },
    invocations: {
      type: 'text',
      value: 'ENDPOINT',
      description: 'endpoint that answers /invocations; the only one where there is one',
    },
    gateways: {
      type: 'integer',
      value: 'N',
      description: 'so many more processes answer predictions at the same port, with models of their own (Linux)',
      default: 0,
    },
    host: { type: 'text', description: 'address to bind; any but loopback needs a token', default: '127.0.0.1' },
    tokenFile: {
      type: 'text',
      value: 'FILE',
      description: 'file with the token that clients must send (or REGIA_TOKEN)',
    },
    roles: {
      type: 'text',
      value: 'LIST',
      description: 'api, scheduler, worker, gateway: comma-separated',
      default: 'api,scheduler,worker,gateway',
    },
    noWorker: { type: 'flag', description: 'leave the worker out: steps wait for one elsewhere' },
    drainSeconds: {
      type: 'integer',
      value: 'N',
      description:
        'after SIGTERM, answer for so long while /v2/health/ready says 503, for load balancers to look elsewhere',
      default: 0,
    },
    modelMemory: {
      type: 'integer',
      value: 'MB',
      description:
        'memory for loaded models; those not asked for longest are freed. A third of the machine, at most 1024, where absent',
    },
  },
  examples: [
    'regia up',
    'regia up --port 8080 --host 0.0.0.0 --token-file token.txt',
    'regia up --port 8000 --grpc-port 8001',
    'regia up --gateways 3',
  ],
  load: async () => (await import('../actions/up.ts')).up,
})

export const dev = command({
  name: 'dev',
  summary: 'start the control room and deploy the project at every save',
  details: 'Like "regia up" with every role. What does not load is said here, and the next save is waited for.',
  options: {
    port: { type: 'integer', value: 'N', description: 'port to listen on; 0 takes a free one', default: DEFAULT_PORT },
  },
  examples: ['regia dev', 'regia dev --port 0'],
  load: async () => (await import('../actions/dev.ts')).dev,
})

export const overview = command({
  name: 'overview',
  summary: 'what is in production, whether it works, and what needs a person',
  examples: ['regia overview', 'regia overview --json'],
  load: async () => (await import('../actions/overview.ts')).overview,
})

export const serverCommands = [up, dev, overview]
