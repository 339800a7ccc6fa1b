type Variables = Readonly<Record<string, string | undefined>>

/**
 * What programs need of the machine to run at all: where programs and libraries are, who runs them, in which language and time zone, how the
 * network is reached. Anything else of the worker's environment could change results unseen, or is a secret. docs/steps.md lists them.
 */
const PASSED = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR', 'TEMP', 'TMP'],
  ...['VIRTUAL_ENV', 'PYTHONPATH', 'PYTHONHOME', 'CONDA_PREFIX', 'R_HOME', 'R_LIBS', 'R_LIBS_USER', 'JAVA_HOME'],
  ...['LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'CUDA_VISIBLE_DEVICES', 'NODE_OPTIONS', 'NODE_V8_COVERAGE'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
  ...['SystemRoot', 'ComSpec', 'PATHEXT', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA'],
])

/** The part of an environment that steps of any kind may see. */
export const cleanEnvironment = (variables: Variables): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && (PASSED.has(entry[0]) || entry[0].startsWith('LC_')),
    ),
  )

export type ProgramContext = {
  /** The step's own variables, and its secrets with their values. */
  readonly own: Readonly<Record<string, string>>
  /** `REGIA_…` variables. */
  readonly told: Readonly<Record<string, string>>
  readonly tempDir: string
  readonly cpu: number
}

/** The environment of a program: clean, with what the step declares and what it is told. */
export function programEnvironment(variables: Variables, { own, told, tempDir, cpu }: ProgramContext) {
  const { NODE_OPTIONS: _, NODE_V8_COVERAGE: __, ...clean } = cleanEnvironment(variables)
  return {
    ...clean,
    TMPDIR: tempDir,
    PYTHONUNBUFFERED: '1',
    OMP_NUM_THREADS: String(Math.max(1, Math.ceil(cpu))),
    ...own,
    ...told,
  }
}
