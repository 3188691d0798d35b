"""Parts of the benchmarks: records, a receiver, the forwarder process on its pipe, its peers, tables. Runs nothing."""
