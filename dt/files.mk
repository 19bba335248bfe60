# SPDX-License-Identifier: Apache-2.0
dt_sources := tree.c known.c host.c host_props.c host_regs.c host_irqs.c host_refs.c host_gic.c host_machine.c host_console.c
dt_sources += efi_dtb.c guest_dtb.c guest_fragment.c guest_nodes.c writer.c
dt_sources += system.c system_images.c system_vms.c system_schedules.c system_cpus.c system_values.c clusters.c nearest.c
boot += $(addprefix dt/,$(dt_sources))
pure += $(addprefix dt/,$(dt_sources))
