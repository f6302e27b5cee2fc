/** What anypod promises about its image, its chart and other deployments; see `requirements.ts`. */
const CHART = 'helm/anypod/README.md';
const CONTAINER = 'docs/container.md';

export const deployment = {
  'host.cli.looks': ['Commands that look at sessions print neither their ids nor what they say.', 'docs/cli.md'],
  'host.cli.end': ['An operator who ends a session ends it on every pod.', 'docs/cli.md'],
  'host.cli.admin': ['The commands say of the admin port of a pod what they say of its Redis.', 'docs/cli.md'],
  'host.admin.token': [
    'Nobody gets something from an admin port without its token, and a pod without a token has no such port.',
    'docs/cli.md',
  ],
  'host.admin.local': [
    'Only the machine of a pod itself can use its admin port, and no page in a browser.',
    'docs/cli.md',
  ],
  'host.doctor.replicas': ['The doctor finds that replicas of any MCP server do not share sessions.', 'docs/doctor.md'],
  'host.doctor.headers': [
    'The doctor finds the proxy that removes a header of MCP, or closes connections early.',
    'docs/doctor.md',
  ],
  'host.doctor.login': [
    'The doctor logs in by a code that its user enters on any device.',
    'https://www.rfc-editor.org/rfc/rfc8628',
  ],
  'host.doctor.hostile': [
    'The doctor ends and says what is wrong, whatever an endpoint answers, and however much of it.',
    'docs/doctor.md',
  ],
  'host.doctor.safe': [
    'The doctor calls no tool that the user has not named, and shows nothing that steers a terminal.',
    'docs/doctor.md',
  ],
  'host.doctor.verdicts': [
    'Each row of the doctor has a fault that it finds, and finds it in no other row.',
    'docs/doctor.md',
  ],
  'host.doctor.authorization': [
    'The doctor finds metadata and authorization servers that clients must refuse.',
    'https://www.rfc-editor.org/rfc/rfc9728',
  ],
  'host.doctor.buffering': ['The doctor finds a proxy that holds events back.', 'docs/doctor.md'],
  'image.any-container': ['Containers of the image that share a Redis are one server.', CONTAINER],
  'image.signals': [
    'As the first process of its container, anypod drains on SIGTERM and exits with 0. It exits at once on the second SIGTERM.',
    CONTAINER,
  ],
  'image.killed': ['A killed container loses at most its running calls, and their clients are told.', CONTAINER],
  'image.strict': [
    'It runs as user 1000 on a read-only file system without capabilities, and has neither shell nor package manager.',
    CONTAINER,
  ],
  'image.heap': ['The heap follows the memory limit of the container and stays below it.', CONTAINER],
  'image.configuration': [
    'With a wrong configuration, the container exits with code 2 and names every problem.',
    CONTAINER,
  ],
  'image.own-server': [
    'FROM anypod and a module make an image. The module finds the SDKs, zod, and its own packages beside it.',
    CONTAINER,
  ],
  'image.labels': ['Labels tell version, revision, source and licence.', CONTAINER],
  'image.sbom': ['The image lists the packages that are in it.', CONTAINER],
  'image.contents': ['The image contains what production needs, but no tests, tools or build files.', CONTAINER],

  'chart.values': ['Every value of the chart changes what its text says, and no default changes unnoticed.', CHART],
  'chart.settings': ['Every setting of the service can be set by a value.', CHART],
  'chart.valid': [
    'A strict API server accepts every object that the chart makes, and every object finds the objects that it names.',
    CHART,
  ],
  'chart.restricted': ['Its pods meet Pod Security restricted, with a read-only root file system and no token.', CHART],
  'chart.secrets': ['No secret appears in plain text. Generated secrets stay the same over upgrades.', CHART],
  'chart.refusals': ['Values that cannot work, and misspelt ones, are refused all at once, with the remedy.', CHART],
  'chart.auth': [
    'A pod takes what the values of `auth` say, and values that contradict each other are refused.',
    CHART,
  ],
  'chart.grace-period': [
    'The grace period covers preStop, the drain and the longest call. A smaller one is refused.',
    CHART,
  ],
  'chart.pre-stop': [
    'Pods serve until they are removed from the endpoints, even on clusters without the sleep action.',
    CHART,
  ],
  'chart.scaled': ['If there is an autoscaler, the chart does not set the number of replicas.', CHART],
  'chart.liveness': ['Liveness never asks Redis.', CHART],
  'chart.blue-green': [
    'An upgrade leaves the traffic where a flip has sent it. No flip goes to a colour without pods.',
    CHART,
  ],
  'chart.helm': ['Helm 3 and 4 render the chart in the same way.', CHART],
  'chart.check': ['helm test resumes a stream on another pod.', CHART],
} as const satisfies Record<string, readonly [behaviour: string, clause: string]>;
