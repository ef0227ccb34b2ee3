/** A configuration file that `run` accepts, with every part an experiment has; `npm start -- run --example` prints it. */
export const exampleConfig = `{
  "guest": {
    "kind": "vm",
    "memory": "64 MiB",
    "context": "1 MiB",
    "free": "16 MiB",
    "cache": "8 MiB",
    "zero": "12 MiB",
    "nonPageable": "1 MiB",
    "balloon": { "interval": "5 s", "fraction": 0.95, "cacheFraction": 0.5 },
    "workload": {
      "type": "hotCold",
      "pages": 8192,
      "hotPages": 0.1,
      "hotAccesses": 0.9,
      "writesPerSecond": 20000,
      "readsPerSecond": 20000,
      "vcpus": 2
    },
    "disk": {
      "size": "256 MiB",
      "blockSize": "64 KiB",
      "used": "64 MiB",
      "application": "48 MiB",
      "zero": "128 MiB",
      "storage": "local",
      "read": "2 GB/s",
      "workload": { "type": "sweep", "writesPerSecond": 100 }
    },
    "dependencies": [
      { "kind": "file", "name": "/var/db/accounts", "policy": { "type": "forwarded", "usesPerSecond": 100, "timePerUse": "20 us" } },
      { "kind": "communicator", "name": "port 5432", "policy": { "type": "rebound", "time": "1 ms" } }
    ]
  },
  "link": { "bandwidth": "1 Gbit/s", "latency": "28 us", "applicationTraffic": "200 Mbit/s" },
  "source": { "firstWrite": "20 us", "sync": "50 us", "cores": 2, "senderCores": 0.5 },
  "redirect": "100 us",
  "techniques": [
    {
      "type": "pre-copy",
      "name": "patient",
      "until": {
        "type": "or",
        "rules": [
          { "type": "downtimeWithin", "limit": "5 ms" },
          { "type": "sentAtMost", "timesMemory": 3 },
          { "type": "notShrinking" }
        ]
      },
      "skip": { "type": "frequentlyDirtied", "atLeast": 2, "of": 3 }
    },
    {
      "type": "pre-copy",
      "name": "gentle",
      "until": { "type": "roundsAtMost", "rounds": 5 },
      "pacing": { "type": "clarkDynamic", "min": "200 Mbit/s", "max": "800 Mbit/s", "increment": "50 Mbit/s" },
      "disk": { "blocks": "used", "mirror": "rounds", "start": "beside", "until": { "type": "downtimeWithin", "limit": "50 ms" } }
    },
    { "type": "post-copy", "prepaging": { "type": "bubbling", "pivots": 7, "edges": "dual" }, "windowPages": 64 },
    { "type": "hybrid", "level": "guestOs", "until": { "type": "roundsAtMost", "rounds": 2 } }
  ],
  "startAt": "100 ms",
  "limit": "30 s",
  "progressEvery": "2 ms",
  "seed": 1
}
`
