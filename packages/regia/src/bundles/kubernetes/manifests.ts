import { USER_ID } from '../docker/dockerfile.ts'
import type { ClusterModel } from './cluster-model.ts'

/** Longer than a cluster takes to tell its proxies that a pod is going, and then to finish what is under way. */
const PRE_STOP_SECONDS = 5
const GRACE_SECONDS = 60

const selectorOf = ({ name }: ClusterModel) => ({ 'app.kubernetes.io/name': name })

const labelsOf = (model: ClusterModel) => ({
  ...selectorOf(model),
  'app.kubernetes.io/version': model.version,
  'app.kubernetes.io/component': 'model-server',
  'app.kubernetes.io/managed-by': 'regia',
})

const probe = (path: string) => ({ httpGet: { path, port: 'http' }, timeoutSeconds: 2 })

/** A rolling update brings up one more pod and takes none away before it is ready. */
export const deployment = (model: ClusterModel) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: model.name, labels: labelsOf(model) },
  spec: {
    revisionHistoryLimit: 5,
    selector: { matchLabels: selectorOf(model) },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    template: {
      metadata: {
        labels: labelsOf(model),
        annotations: {
          'dev.regia/package': model.packageDigest,
          'prometheus.io/scrape': 'true',
          'prometheus.io/path': '/metrics',
          'prometheus.io/port': String(model.port),
        },
      },
      spec: podSpec(model),
    },
  },
})

const podSpec = (model: ClusterModel) => ({
  automountServiceAccountToken: false,
  terminationGracePeriodSeconds: GRACE_SECONDS,
  nodeSelector: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': model.arch },
  securityContext: {
    runAsNonRoot: true,
    runAsUser: USER_ID,
    runAsGroup: USER_ID,
    fsGroup: USER_ID,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: selectorOf(model) },
    },
  ],
  containers: [containerOf(model)],
  volumes: [{ name: 'log', emptyDir: { sizeLimit: '1Gi' } }],
})

const containerOf = (model: ClusterModel) => ({
  name: 'model',
  image: model.image,
  imagePullPolicy: 'IfNotPresent',
  ports: [{ name: 'http', containerPort: model.port, protocol: 'TCP' }],
  env: [
    { name: 'REGIA_PORT', value: String(model.port) },
    { name: 'REGIA_LOG_DIR', value: '/log' },
    { name: 'REGIA_TOKEN', valueFrom: { secretKeyRef: { name: `${model.name}-token`, key: 'token', optional: true } } },
  ],
  startupProbe: { ...probe('/v2/health/ready'), periodSeconds: 2, failureThreshold: 60 },
  readinessProbe: { ...probe('/v2/health/ready'), periodSeconds: 5, failureThreshold: 2 },
  livenessProbe: { ...probe('/v2/health/live'), periodSeconds: 10, failureThreshold: 6 },
  // The sleep is of the image's own node: requests that proxies still send are answered meanwhile.
  lifecycle: { preStop: { exec: { command: ['node', '-e', `setTimeout(() => {}, ${PRE_STOP_SECONDS * 1000})`] } } },
  resources: {
    requests: { cpu: model.cpu, memory: model.memory },
    // No limit of processor time: throttled in the middle of a request, its latency would grow tenfold.
    limits: { memory: model.memory },
  },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
  volumeMounts: [{ name: 'log', mountPath: '/log' }],
})

export const service = (model: ClusterModel) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: model.name, labels: labelsOf(model) },
  spec: {
    type: 'ClusterIP',
    selector: selectorOf(model),
    ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
  },
})

export const autoscaler = (model: ClusterModel) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: model.name, labels: labelsOf(model) },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: model.name },
    minReplicas: model.minReplicas,
    maxReplicas: model.maxReplicas,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
    behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
  },
})

export const disruptionBudget = (model: ClusterModel) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: model.name, labels: labelsOf(model) },
  spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(model) } },
})

/** Requests may come from pods of the cluster, of which its way in is one; the server itself asks nobody. */
export const networkPolicy = (model: ClusterModel) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: model.name, labels: labelsOf(model) },
  spec: {
    podSelector: { matchLabels: selectorOf(model) },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ protocol: 'TCP', port: 'http' }] }],
    egress: [],
  },
})

/** For a cluster with KServe, which then makes service, scaling and routing itself. */
export const inferenceService = (model: ClusterModel) => ({
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: {
    name: model.name,
    labels: labelsOf(model),
    annotations: { 'serving.kserve.io/deploymentMode': 'RawDeployment' },
  },
  spec: {
    predictor: {
      minReplicas: model.minReplicas,
      maxReplicas: model.maxReplicas,
      ...podSpec(model),
      containers: [{ ...containerOf(model), name: 'kserve-container' }],
    },
  },
})
