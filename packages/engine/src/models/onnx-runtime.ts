/**
 * onnxruntime sends to its maker what it is used for, and keeps an id of the machine in the user's cache, unless this variable stands in
 * the environment before it is loaded. Call it on the main thread before a thread is started: threads have a copy of the environment,
 * which a native library does not read.
 */
export function silenceTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1'
}

/** What runs models, loaded on first use, and silent. */
export function importOnnxRuntime(): Promise<typeof import('onnxruntime-node')> {
  silenceTelemetry()
  return import('onnxruntime-node')
}
