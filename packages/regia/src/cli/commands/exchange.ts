import { command } from '../command.ts'

const importMlflow = command({
  name: 'import mlflow',
  summary: 'take over what an MLflow server or an mlruns folder holds',
  details:
    'Experiments, runs with every point of their metrics, files, logged models, registered models with versions and aliases. Runs keep their ids and versions their numbers, so it can be stopped and called again: what is here is skipped. Every run is compared with its original; the exit code is 1 where something differs. A server that asks for a login gets MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.',
  args: { source: { description: 'address of the server, or the folder' } },
  options: { atOnce: { type: 'integer', value: 'N', default: 4, description: 'so many runs at a time' } },
  examples: ['regia import mlflow http://mlflow.example:5000', 'regia import mlflow ./mlruns --json'],
  load: async () => (await import('../actions/mlflow-exchange.ts')).importFromMlflow,
})

const exportMlflow = command({
  name: 'export mlflow',
  summary: 'write everything that is tracked as a folder that MLflow reads',
  details:
    'Active experiments and runs, their files, logged models and the registry, in the layout of an mlruns folder.',
  args: { folder: { description: 'one that is empty or not there' } },
  examples: ['regia export mlflow ./mlruns'],
  load: async () => (await import('../actions/mlflow-exchange.ts')).exportToMlflow,
})

export const exchangeCommands = [importMlflow, exportMlflow]
