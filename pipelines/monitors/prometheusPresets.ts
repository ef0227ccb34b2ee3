import type { Observation } from '../../lib/protocol/observation'
import type { PrometheusQueries } from './prometheusOptions'

/** Queries for what an exporter exports: whom it observes, the label that names them, and where the names of its metrics are from. */
export type PrometheusPreset = {
  readonly of: Observation['of']
  readonly label: string
  readonly queries: PrometheusQueries
  readonly source: string
}

/** Interfaces whose bytes others carry, and count. */
const carriedElsewhere = 'lo|veth.*|vnet.*|tap.*|br.*|virbr.*|docker.*|cni.*|bond.*'

/**
 * Queries that fit exporters as they are mostly set up; whoever has other labels writes queries of his own.
 *
 * - `libvirt`: VMs, from outside but for their memory in use. While a VM migrates two hosts know it: what it does is added up, what it has is not.
 * - `node`: hosts, by the exporter on each; network interfaces that only pass on what others carry are left out, swap is in pages of 4 KiB.
 * - `cadvisor`: containers that have a quota of CPU and a name; it tells no swap activity.
 */
export const prometheusPresets = {
  libvirt: {
    of: 'vm',
    label: 'domain',
    source: 'libvirt_exporter (kumina, and inovex for memory), README: metrics',
    queries: {
      cpu: 'sum by (domain) (rate(libvirt_domain_info_cpu_time_seconds_total[$range])) / max by (domain) (libvirt_domain_info_virtual_cpus)',
      receivedBytesPerSecond: 'sum by (domain) (rate(libvirt_domain_interface_stats_receive_bytes_total[$range]))',
      sentBytesPerSecond: 'sum by (domain) (rate(libvirt_domain_interface_stats_transmit_bytes_total[$range]))',
      swapReadBytesPerSecond: 'sum by (domain) (rate(libvirt_domain_memory_stats_swap_in_bytes[$range]))',
      swapWrittenBytesPerSecond: 'sum by (domain) (rate(libvirt_domain_memory_stats_swap_out_bytes[$range]))',
      allottedBytes: 'max by (domain) (libvirt_domain_info_maximum_memory_bytes)',
      memoryBytes: 'max by (domain) (libvirt_domain_memory_stats_available_bytes - libvirt_domain_memory_stats_usable_bytes)'
    }
  },
  node: {
    of: 'host',
    label: 'instance',
    source: 'node_exporter 1.x: cpu, netdev, vmstat, meminfo',
    queries: {
      cpu: '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[$range]))',
      receivedBytesPerSecond: `sum by (instance) (rate(node_network_receive_bytes_total{device!~"${carriedElsewhere}"}[$range]))`,
      sentBytesPerSecond: `sum by (instance) (rate(node_network_transmit_bytes_total{device!~"${carriedElsewhere}"}[$range]))`,
      swapReadBytesPerSecond: 'sum by (instance) (rate(node_vmstat_pswpin[$range])) * 4096',
      swapWrittenBytesPerSecond: 'sum by (instance) (rate(node_vmstat_pswpout[$range])) * 4096',
      allottedBytes: 'sum by (instance) (node_memory_MemTotal_bytes)',
      memoryBytes: 'sum by (instance) (node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes)'
    }
  },
  cadvisor: {
    of: 'vm',
    label: 'name',
    source: 'cAdvisor, docs/storage/prometheus.md',
    queries: {
      cpu: 'sum by (name) (rate(container_cpu_usage_seconds_total{name!=""}[$range])) / sum by (name) (container_spec_cpu_quota{name!=""} / container_spec_cpu_period{name!=""})',
      receivedBytesPerSecond: 'sum by (name) (rate(container_network_receive_bytes_total{name!=""}[$range]))',
      sentBytesPerSecond: 'sum by (name) (rate(container_network_transmit_bytes_total{name!=""}[$range]))',
      allottedBytes: 'sum by (name) (container_spec_memory_limit_bytes{name!=""} > 0)',
      memoryBytes: 'sum by (name) (container_memory_working_set_bytes{name!=""})'
    }
  }
} as const satisfies Readonly<Record<string, PrometheusPreset>>
