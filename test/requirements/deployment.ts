/** What anypod promises of its image and its chart; see `requirements.ts`. */
const CHART = 'helm/anypod/README.md';
const CONTAINER = 'docs/container.md';

export const deployment = {
  'image.any-container': ['Containers of the image that share a Redis are one server.', CONTAINER],
  'image.signals': [
    'As the first process of its container it drains on SIGTERM and ends with 0, and ends at once on the second.',
    CONTAINER,
  ],
  'image.killed': ['A container that is killed costs its running call at most, whose client is told so.', CONTAINER],
  'image.strict': [
    'It runs as user 1000 on a read-only file system without capabilities, and has neither shell nor package manager.',
    CONTAINER,
  ],
  'image.heap': ['The heap follows the memory limit of the container and stays below it.', CONTAINER],
  'image.configuration': ['Wrong configuration ends the container with exit code 2 and every problem.', CONTAINER],
  'image.own-server': [
    'FROM anypod and a module make an image: the module finds the SDKs and zod, and packages of its own beside it.',
    CONTAINER,
  ],
  'image.labels': ['Labels tell version, revision, source and licence.', CONTAINER],
  'image.sbom': ['The image lists the packages that are in it.', CONTAINER],
  'image.contents': ['The image has what production needs, and nothing of tests, tools or its build.', CONTAINER],

  'chart.values': ['Every value of the chart changes what it says, and no default changes unseen.', CHART],
  'chart.settings': ['Every setting of the service can be set by a value.', CHART],
  'chart.valid': [
    'Every object that the chart makes is one that a strict API server takes, and finds what it names.',
    CHART,
  ],
  'chart.restricted': ['Its pods meet Pod Security restricted, with a read-only root file system and no token.', CHART],
  'chart.secrets': ['No secret stands in plain sight; generated ones stay the same over upgrades.', CHART],
  'chart.refusals': ['Values that cannot work are refused, all at once, with the remedy; so are misspelt ones.', CHART],
  'chart.grace-period': [
    'The grace period covers preStop, the drain and the longest call; a smaller one is refused.',
    CHART,
  ],
  'chart.pre-stop': ['Pods go on serving while endpoints forget them, on clusters that cannot sleep too.', CHART],
  'chart.scaled': ['The chart does not say how many replicas where an autoscaler does.', CHART],
  'chart.liveness': ['Liveness never asks Redis.', CHART],
  'chart.blue-green': [
    'An upgrade leaves the traffic where a flip has sent it, and flips to no colour without pods.',
    CHART,
  ],
  'chart.helm': ['Helm 3 and 4 make the same of the chart.', CHART],
  'chart.check': ['helm test resumes a stream on another pod.', CHART],
} as const satisfies Record<string, readonly [behaviour: string, clause: string]>;
