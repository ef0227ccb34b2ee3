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
    "clears": 1000,
    "usefulCores": 1.5,
    "network": "300 Mbit/s",
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
  "source": { "firstWrite": "20 us", "sync": "50 us", "cores": 2, "senderCores": 0.5, "scanPage": "1 us", "sendPage": "3 us", "freshPage": "1 us", "crowding": 0.1 },
  "target": { "receivePage": "2 us", "resume": "50 us" },
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
      "giveUp": { "type": "elapsedAtLeast", "time": "10 s" },
      "skip": { "type": "frequentlyDirtied", "atLeast": 2, "of": 3 },
      "channels": 2,
      "delta": true,
      "retries": 2,
      "recovery": "5 s"
    },
    {
      "type": "pre-copy",
      "name": "gentle",
      "until": { "type": "roundsAtMost", "rounds": 5 },
      "pacing": { "type": "clarkDynamic", "min": "200 Mbit/s", "max": "800 Mbit/s", "increment": "50 Mbit/s" },
      "final": { "type": "fixed", "rate": "800 Mbit/s" },
      "firstThrottle": 0.1,
      "order": "xen",
      "disk": { "blocks": "used", "mirror": "rounds", "start": "beside", "until": { "type": "downtimeWithin", "limit": "50 ms" } }
    },
    { "type": "post-copy", "prepaging": { "type": "bubbling", "pivots": 7, "edges": "dual" }, "windowPages": 64 },
    { "type": "hybrid", "level": "guestOs", "until": { "type": "roundsAtMost", "rounds": 2 } },
    { "type": "tlm", "interval": "50 ms", "overcommit": [{ "after": 0.2, "cores": 1 }, { "after": 0.8, "cores": 0.5 }] },
    { "type": "tlm", "name": "tlm-1s", "interval": null },
    { "type": "engine", "engine": "xen-today" },
    { "type": "hops", "name": "there and back", "hops": [{ "type": "pre-copy" }, { "type": "post-copy" }] }
  ],
  "faults": [{ "at": "8 s", "what": "link", "until": "9 s", "reason": "a cable was pulled" }],
  "stalls": [{ "from": "200 ms", "until": "205 ms", "lane": "background", "way": "arriving" }],
  "sender": { "window": "100 ms", "slice": "51 ms", "buffer": "4 MiB" },
  "startAt": "100 ms",
  "limit": "30 s",
  "progressEvery": "2 ms",
  "seed": 1
}
`
