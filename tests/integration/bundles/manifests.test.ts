import { execFileSync } from 'node:child_process'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { BundledModel } from '../../../packages/regia/src/bundles/bundle-target.ts'
import { bundleOf, type Files, faultsOf, textOf, tripsModel } from './bundle-lab.ts'

/** A number that is changed to text, and a name that there is not: a schema that lets both through would check nothing. */
const broken = (value: unknown, path: readonly (string | number)[]): unknown => {
  const copy = structuredClone(value)
  let node = copy as Record<string | number, unknown>
  for (const key of path.slice(0, -1)) node = node[key] as Record<string | number, unknown>
  node[path.at(-1)!] = { nonsense: true }
  return copy
}

describe('manifests of bundles', () => {
  let model: BundledModel
  beforeAll(async () => {
    model = await tripsModel()
  })

  it('are of the Compose Specification', async () => {
    const files = await bundleOf(model, 'compose', ['publish=0.0.0.0:9000', 'cpus=1.5', 'memory=1G'])
    const compose = parse(textOf(files, 'compose.yaml'))
    expect(faultsOf('compose', compose)).toEqual([])
    expect(faultsOf('compose', broken(compose, ['services', 'model', 'read_only']))).not.toEqual([])
    expect(faultsOf('compose', broken(compose, ['services', 'model', 'readonly']))).not.toEqual([])
    expect(compose.services.model).toMatchObject({ ports: ['0.0.0.0:9000:8080'], image: 'late-trips:3' })
    expect(compose.services.model.volumes).toEqual([`${Object.keys(compose.volumes)[0]}:/log`])
  })

  it.each(['linux/x64', 'linux/arm64'] as const)('are objects of Kubernetes (%s)', async (platform) => {
    const settings = ['image=registry.example.com/late:3', 'namespace=models', 'min-replicas=3']
    const files = await bundleOf(model, 'kubernetes', settings, platform)
    const objects = manifestsOf(files)
    expect(objects.map(({ kind }) => kind)).toEqual([
      'Deployment',
      'Service',
      'HorizontalPodAutoscaler',
      'PodDisruptionBudget',
      'NetworkPolicy',
    ])
    for (const object of objects)
      expect([object.kind, faultsOf('kubernetes', object, object.kind)]).toEqual([object.kind, []])
    const [deployment, service, autoscaler, budget, policy] = objects
    const pod = deployment.spec.template
    const container = pod.spec.containers[0]
    for (const path of [
      ['spec', 'replica'],
      ['spec', 'template', 'spec', 'containers', 0, 'readinessProbe', 'httpGet'],
    ]) {
      expect(faultsOf('kubernetes', broken(deployment, path), 'Deployment')).not.toEqual([])
    }
    expect(container.image).toBe('registry.example.com/late:3')
    expect(pod.spec.nodeSelector['kubernetes.io/arch']).toBe(platform === 'linux/x64' ? 'amd64' : 'arm64')
    const selectors = [
      deployment.spec.selector.matchLabels,
      service.spec.selector,
      budget.spec.selector.matchLabels,
      policy.spec.podSelector.matchLabels,
    ]
    for (const selector of selectors) expect(pod.metadata.labels).toMatchObject(selector)
    const portNames = container.ports.map(({ name }: { name: string }) => name)
    const named = [
      service.spec.ports[0].targetPort,
      policy.spec.ingress[0].ports[0].port,
      ...['startupProbe', 'readinessProbe', 'livenessProbe'].map((probe) => container[probe].httpGet.port),
    ]
    for (const name of named) expect(portNames).toContain(name)
    expect(autoscaler.spec).toMatchObject({ minReplicas: 3, scaleTargetRef: { name: deployment.metadata.name } })
  })

  it('stop a pod no sooner than the server has drained', async () => {
    const [deployment] = manifestsOf(await bundleOf(model, 'kubernetes'))
    const { spec } = deployment.spec.template
    const [program, ...args] = spec.containers[0].lifecycle.preStop.exec.command
    const begun = performance.now()
    execFileSync(program === 'node' ? process.execPath : program, args)
    const slept = (performance.now() - begun) / 1000
    expect(slept).toBeGreaterThan(4)
    // Then come the second in which it drains, and requests under way, for at most 30 s.
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(5 + 1 + 30)
  })

  it('are one InferenceService where KServe is asked for', async () => {
    const files = await bundleOf(model, 'kubernetes', ['kserve=yes'])
    const [service, policy] = manifestsOf(files)
    expect(service).toMatchObject({ apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService' })
    expect(faultsOf('kubernetes', policy, 'NetworkPolicy')).toEqual([])
    // A predictor is a pod's specification with replicas beside it.
    const { minReplicas, maxReplicas, ...pod } = service.spec.predictor
    expect(faultsOf('kubernetes', pod, 'io.k8s.api.core.v1.PodSpec')).toEqual([])
    expect(maxReplicas).toBeGreaterThan(minReplicas)
  })

  it('are requests of Amazon ECS', async () => {
    const secret = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:late-AbCdEf'
    const group = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/late/0123456789abcdef'
    const files = await bundleOf(
      model,
      'ecs',
      [
        ...['account=111122223333', 'region=eu-west-1', 'cluster=models', 'cpu=1024', 'memory=4096'],
        ...[
          'subnets=subnet-0a1b,subnet-2c3d',
          'security-groups=sg-0a1b',
          `target-group=${group}`,
          `token-secret=${secret}`,
        ],
      ],
      'linux/arm64',
    )
    const task = JSON.parse(textOf(files, 'task-definition.json'))
    const service = JSON.parse(textOf(files, 'service.json'))
    expect(faultsOf('ecs', task, 'RegisterTaskDefinitionRequest')).toEqual([])
    expect(faultsOf('ecs', service, 'CreateServiceRequest')).toEqual([])
    expect(
      faultsOf('ecs', broken(task, ['containerDefinitions', 0, 'stopTimeout']), 'RegisterTaskDefinitionRequest'),
    ).not.toEqual([])
    expect(faultsOf('ecs', broken(service, ['launch']), 'CreateServiceRequest')).not.toEqual([])
    const [container] = task.containerDefinitions
    expect(task).toMatchObject({ cpu: '1024', memory: '4096', runtimePlatform: { cpuArchitecture: 'ARM64' } })
    expect(container.stopTimeout).toBeLessThanOrEqual(120)
    expect(container.user).toBe('10001:10001')
    expect(service.loadBalancers[0]).toEqual({
      targetGroupArn: group,
      containerName: container.name,
      containerPort: container.portMappings[0].containerPort,
    })
    expect(service.networkConfiguration.awsvpcConfiguration.subnets).toEqual(['subnet-0a1b', 'subnet-2c3d'])
    const policy = JSON.parse(textOf(files, 'execution-role-policy.json'))
    const broad = policy.Statement.filter(({ Resource }: { Resource: string }) => Resource === '*')
    expect(broad.map(({ Action }: { Action: string }) => Action)).toEqual(['ecr:GetAuthorizationToken'])
    expect(policy.Statement.at(-1)).toMatchObject({ Action: 'secretsmanager:GetSecretValue', Resource: secret })
    expect(textOf(files, 'execution-role-policy.json')).not.toMatch(/"\w+:\*"/)
  })

  it('are user data that cloud-init reads, small enough for EC2', async () => {
    const files = await bundleOf(model, 'ec2', ['s3=s3://our-models/late/releases'])
    const text = textOf(files, 'user-data.yaml')
    expect(text.startsWith('#cloud-config\n')).toBe(true)
    expect(Buffer.byteLength(text)).toBeLessThan(16 * 1024)
    const userData = parse(text)
    expect(faultsOf('cloud-config', userData)).toEqual([])
    expect(faultsOf('cloud-config', broken(userData, ['runcmd']))).not.toEqual([])
    expect(faultsOf('cloud-config', broken(userData, ['writefiles']))).not.toEqual([])
    const [script, unit] = userData.write_files.map(({ content }: { content: string }) => content)
    execFileSync('bash', ['-n'], { input: script })
    expect(unit).toContain('TimeoutStopSec=60')
    expect(unit).toContain('ExecStart=/usr/bin/node-24 /opt/late-trips/current/server.mjs')
    const policy = JSON.parse(textOf(files, 'role-policy.json'))
    expect(policy.Statement).toEqual([
      {
        Sid: 'ReadReleases',
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::our-models/late/releases/late-trips-*.tar.gz',
      },
    ])
  })

  it.each([
    ['docker', 'port=80', 'Setting "port" must be a whole number from 1024 to 65535; it is "80".'],
    ['docker', 'node-image=node 24', 'Setting "node-image" must be the name of an image'],
    ['compose', 'memory=lots', 'Setting "memory" must be such as 512M or 2G'],
    ['kubernetes', 'max-replicas=1', 'Setting "max-replicas" must be at least 2; it is "1".'],
    ['kubernetes', 'namespace=My Models', 'Setting "namespace" must be a name of DNS'],
    ['ecs', 'cpu=300', 'Setting "cpu" must be one of 256, 512, 1024'],
    ['ecs', 'memory=8192', 'Setting "memory" must be 1024 to 4096 in steps of 1024 with cpu 512; it is "8192".'],
    ['ecs', 'subnets=a b', 'Setting "subnets" must be like subnet-1,subnet-2'],
    ['ec2', 's3=s3://b/$(reboot)', 'Setting "s3" must be s3://BUCKET/FOLDER'],
    ['ec2', 'disk=10', 'A bundle for ec2 has no setting "disk=10".'],
    ['mainframe', 'port=8080', 'There is no bundle for "mainframe".'],
  ])('refuse a setting that would not work: %s %s', async (target, setting, message) => {
    await expect(bundleOf(model, target, [setting])).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(message),
    })
  })
})

/** The manifests that the kustomization names, in its order. */
function manifestsOf(files: Files): ReturnType<typeof parse>[] {
  const { resources } = parse(textOf(files, 'manifests/kustomization.yaml'))
  const present = [...files.keys()].filter((path) => path.startsWith('manifests/'))
  expect(present.sort()).toEqual(['kustomization.yaml', ...resources].map((name) => `manifests/${name}`).sort())
  return resources.map((name: string) => parse(textOf(files, `manifests/${name}`)))
}
