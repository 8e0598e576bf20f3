"""Appointments of patients with providers: booking without doubles, cancelling, and telling the patient."""
