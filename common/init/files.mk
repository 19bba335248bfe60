# SPDX-License-Identifier: Apache-2.0
boot += common/init/main.c
boot += common/init/apply.c common/init/apply_shared.c
boot += common/init/cpu_setup.c common/init/cpu_errata.c
resident += common/init/cpu_main.c
boot += common/init/pipeline.c
pure += common/init/pipeline.c
