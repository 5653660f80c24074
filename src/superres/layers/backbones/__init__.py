"""Classification networks without their classifier, whose features tell images apart."""
