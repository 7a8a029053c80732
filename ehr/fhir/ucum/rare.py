"""The rest of UCUM's units, which no ward writes: what UCUM defines is a unit, and measured.

https://ucum.org/ucum#section-Tables-of-Terminal-Symbols; UCUM is copyright 1999-2022 Regenstrief
Institute, Inc., and used here unchanged in meaning under https://ucum.org/license. Each entry is
a code, how many, and of which unit. A unit on a logarithmic or other function of its own
(decibels, homeopathic potencies) and an arbitrary unit can be compared with itself alone.
"""

from collections.abc import Mapping
from fractions import Fraction

_METRIC = """
sr 1 rad2; H 1 Wb/A; lm 1 cd.sr; lx 1 lm/m2; ar 100 m2; u 1.6605402e-24 g; pc 3.085678e16 m;
[c] 299792458 m/s; [h] 6.6260755e-34 J.s; [k] 1.380658e-23 J/K; [eps_0] 8.854187817e-12 F/m;
[mu_0] 4 [pi].10*-7.N/A2; [e] 1.60217733e-19 C; eV 1 [e].V; [m_e] 9.1093897e-28 g;
[m_p] 1.6726231e-24 g; [G] 6.67259e-11 m3.kg-1.s-2; [g] 980665e-5 m/s2; [ly] 1 [c].a_j;
gf 1 g.[g]; Ky 1 cm-1; Gal 1 cm/s2; dyn 1 g.cm/s2; erg 1 dyn.cm; P 1 dyn.s/cm2; Bi 10 A;
St 1 cm2/s; Mx 1e-8 Wb; G 1e-4 T; Oe 250 A/m; Gb 1 Oe.cm; sb 1 cd/cm2; Lmb 1 cd/cm2/[pi];
ph 1e-4 lx; Ci 37e9 Bq; R 2.58e-4 C/kg; RAD 100 erg/g; REM 1 RAD; cal_[15] 4.18580 J;
cal_[20] 4.18190 J; cal_m 4.19002 J; cal_IT 4.1868 J; cal_th 4.184 J; tex 1 g/km; g% 1 g/dl;
st 1 m3; mho 1 S; By 8 bit; Bd 1 /s;
"""
_PLAIN = """
[pi] 3.1415926535897932384626433832795028841971693993751058209749445923 1; [pptr] 1 10*-12;
gon 0.9 deg; ' 1 deg/60; '' 1 '/60; a_t 365.24219 d; a_j 365.25 d; a_g 365.2425 d;
mo_s 29.53059 d; mo_j 1 a_j/12; mo_g 1 a_g/12; AU 149597.870691 Mm; atm 101325 Pa;
[fth_i] 6 [ft_i]; [nmi_i] 1852 m; [kn_i] 1 [nmi_i]/h; [sin_i] 1 [in_i]2; [sft_i] 1 [ft_i]2;
[syd_i] 1 [yd_i]2; [cin_i] 1 [in_i]3; [cft_i] 1 [ft_i]3; [cyd_i] 1 [yd_i]3; [bf_i] 144 [in_i]3;
[cr_i] 128 [ft_i]3; [mil_i] 1e-3 [in_i]; [cml_i] 1 [pi]/4.[mil_i]2; [hd_i] 4 [in_i];
[ft_us] 1200 m/3937; [yd_us] 3 [ft_us]; [in_us] 1 [ft_us]/12; [rd_us] 16.5 [ft_us];
[ch_us] 4 [rd_us]; [lk_us] 1 [ch_us]/100; [rch_us] 100 [ft_us]; [rlk_us] 1 [rch_us]/100;
[fth_us] 6 [ft_us]; [fur_us] 40 [rd_us]; [mi_us] 8 [fur_us]; [acr_us] 160 [rd_us]2;
[srd_us] 1 [rd_us]2; [smi_us] 1 [mi_us]2; [sct] 1 [mi_us]2; [twp] 36 [sct];
[mil_us] 1e-3 [in_us]; [in_br] 2.539998 cm; [ft_br] 12 [in_br]; [rd_br] 16.5 [ft_br];
[ch_br] 4 [rd_br]; [lk_br] 1 [ch_br]/100; [fth_br] 6 [ft_br]; [pc_br] 2.5 [ft_br];
[yd_br] 3 [ft_br]; [mi_br] 5280 [ft_br]; [nmi_br] 6080 [ft_br]; [kn_br] 1 [nmi_br]/h;
[acr_br] 4840 [yd_br]2; [bbl_us] 42 [gal_us]; [qt_us] 1 [gal_us]/4; [pt_us] 1 [qt_us]/2;
[gil_us] 1 [pt_us]/4; [fdr_us] 1 [foz_us]/8; [min_us] 1 [fdr_us]/60; [crd_us] 128 [ft_i]3;
[bu_us] 2150.42 [in_i]3; [gal_wi] 1 [bu_us]/8; [pk_us] 1 [bu_us]/4; [dqt_us] 1 [pk_us]/8;
[dpt_us] 1 [dqt_us]/2; [tbs_us] 1 [foz_us]/2; [tsp_us] 1 [tbs_us]/3; [cup_us] 16 [tbs_us];
[foz_m] 30 mL; [cup_m] 240 mL; [tsp_m] 5 mL; [tbs_m] 15 mL; [gal_br] 4.54609 l;
[pk_br] 2 [gal_br]; [bu_br] 4 [pk_br]; [qt_br] 1 [gal_br]/4; [pt_br] 1 [qt_br]/2;
[gil_br] 1 [pt_br]/4; [foz_br] 1 [gil_br]/5; [fdr_br] 1 [foz_br]/8; [min_br] 1 [fdr_br]/60;
[gr] 64.79891 mg; [lbf_av] 1 [lb_av].[g]; [dr_av] 1 [oz_av]/16; [scwt_av] 100 [lb_av];
[lcwt_av] 112 [lb_av]; [ston_av] 20 [scwt_av]; [lton_av] 20 [lcwt_av]; [stone_av] 14 [lb_av];
[pwt_tr] 24 [gr]; [oz_tr] 20 [pwt_tr]; [lb_tr] 12 [oz_tr]; [sc_ap] 20 [gr]; [dr_ap] 3 [sc_ap];
[oz_ap] 8 [dr_ap]; [lb_ap] 12 [oz_ap]; [oz_m] 28 g; [lne] 1 [in_i]/12; [pnt] 1 [lne]/6;
[pca] 12 [pnt]; [pnt_pr] 0.013837 [in_i]; [pca_pr] 12 [pnt_pr]; [pied] 32.48 cm;
[pouce] 1 [pied]/12; [ligne] 1 [pouce]/12; [didot] 1 [ligne]/6; [cicero] 12 [didot];
[Btu_39] 1.05967 kJ; [Btu_59] 1.05480 kJ; [Btu_60] 1.05468 kJ; [Btu_m] 1.05587 kJ;
[Btu_IT] 1.05505585262 kJ; [Btu_th] 1.054350 kJ; [Btu] 1 [Btu_th]; [HP] 550 [ft_i].[lbf_av]/s;
[den] 1 g/9/km; [in_i'H2O] 1 m[H2O].[in_i]/m; [in_i'Hg] 1 m[Hg].[in_i]/m; [PRU] 1 mm[Hg].s/ml;
[wood'U] 1 mm[Hg].min/L; [mesh_i] 1 /[in_i]; [MET] 3.5 mL/min/kg; [S] 1e-13 s; Ao 0.1 nm;
b 100 fm2; att 1 kgf/cm2; [psi] 1 [lbf_av]/[in_i]2; circ 2 [pi].rad; sph 4 [pi].sr;
[car_m] 2e-1 g; [car_Au] 1 /24; [smoot] 67 [in_i];
"""

_ALONE = """
[p'diop] %[slope] [hnsf'U] [hp'_X] [hp'_C] [hp'_M] [hp'_Q] [hp_X] [hp_C] [hp_M] [hp_Q] [kp_X]
[kp_C] [kp_M] [kp_Q] [beth'U] [smgy'U] [EID_50] [IR] [FEU] [m/s2/Hz^(1/2)] bit_s
"""
ALONE_METRIC = frozenset(
    {"Np", "B", "B[SPL]", "B[V]", "B[mV]", "B[uV]", "B[10.nV]", "B[W]", "B[kW]", "bit"}
)
ALONE = ALONE_METRIC | frozenset(_ALONE.split())
"""Units that are commensurable with themselves alone."""


def _read(table: str) -> Mapping[str, tuple[Fraction, str]]:
    entries = (entry.split() for entry in table.split(";") if not entry.isspace())
    return {code: (Fraction(number), definition) for code, number, definition in entries}


METRIC_MEASURES = _read(_METRIC)
"""Unit that takes a prefix → how many of which unit."""
MEASURES = {**METRIC_MEASURES, **_read(_PLAIN)}
"""Unit → how many of which unit."""
