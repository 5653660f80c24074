"""Write down what every named network costs, for `superres models`; run it when a network is added or changed."""

from superres.models.listing import counted
from superres.models.roster import ROSTER, write_roster

if __name__ == "__main__":
    found = tuple(counted())
    write_roster(found)
    print(f"{ROSTER}: {len(found)} networks")
